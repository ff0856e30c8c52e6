import { describe, expect, it } from "vitest";
import { codeFrame } from "../../../src/manifest/index.ts";

const at = (line: number, column: number) => ({ file: "messages/a.yaml", line, column });
const lines =
  (...texts: string[]) =>
  (line: number) =>
    texts[line - 1];

describe("codeFrame", () => {
  it("shows the line, the one before it, and a caret", () => {
    expect(codeFrame(at(2, 10), lines("queue: orders", "  - body: 010"))).toBe(
      ["1 | queue: orders", "2 |   - body: 010", "  |          ^"].join("\n"),
    );
  });

  it("keeps the caret in place after tabs and control characters", () => {
    const [row = "", caret = ""] = codeFrame(at(1, 4), lines("\ta\u001bX")).split("\n");
    expect(row).toBe("1 |  a\\u{1b}X");
    expect(caret.indexOf("^")).toBe(row.indexOf("X"));
  });

  it("cuts a long line around the location", () => {
    const [row = "", caret = ""] = codeFrame(at(1, 5_001), lines(`${"a".repeat(5_000)}X${"b".repeat(5_000)}`)).split(
      "\n",
    );
    expect(row.length).toBeLessThan(120);
    expect(row[caret.indexOf("^")]).toBe("X");
  });

  it("cuts no character in two", () => {
    const line = `${"😀".repeat(60)}X${"😀".repeat(60)}`;
    for (const column of [121, 122, 124]) {
      const [row = "", caret = ""] = codeFrame(at(1, column), lines(line)).split("\n");
      expect(row).not.toContain("u{");
      if (column === 121) expect(row[caret.indexOf("^")]).toBe("X");
    }
  });

  it("colours the caret, and shows nothing if the file has no such line", () => {
    expect(codeFrame(at(1, 1), lines("a"), { paint: (text) => `<${text}>` })).toBe("1 | a\n  | <^>");
    expect(codeFrame(at(9, 1), lines("a"))).toBe("");
  });
});

describe("a frame in a terminal", () => {
  const long = (piece: string) => piece.repeat(3_000);
  const texts = {
    narrow: long("abc"),
    wide: long("日本語"),
    tabs: long("\ta"),
    emoji: long("😀👍🏽"),
    flags: long("🇫🇷"),
    accents: long("e\u0301"),
    hebrew: long("עברית"),
    controls: long("a\u001b\u202e"),
    mixed: long("a日\t😀e\u0301\u200b"),
    short: "a: 日本",
    empty: "",
  };
  const cases = Object.keys(texts).flatMap((name) => [12, 20, 40, 80, 200].map((columns) => [name, columns] as const));

  it.each(cases)("fits, with the caret below the location: %s in %i columns", (name, columns) => {
    const text = texts[name as keyof typeof texts];
    const middle = Math.floor(text.length / 2);
    for (const column of [1, 2, middle + 1, text.length, text.length + 1]) {
      if (column < 1) continue;
      const frame = codeFrame(at(2, column), lines(long("語"), text), { columns }).split("\n");
      expect(frame).toHaveLength(3);
      for (const row of frame) expect(columnsOf(row)).toBeLessThanOrEqual(columns);
    }
  });

  it("puts the caret in the right column after characters of two columns, none, or many", () => {
    const pointed = (before: string, columns: number) => {
      const frame = codeFrame(at(1, before.length + 1), lines(`${before}X${long("語")}`), { columns }).split("\n");
      const [row = "", caret = ""] = frame;
      return columnsOf(row.slice(0, row.indexOf("X"))) === caret.indexOf("^");
    };
    for (const text of Object.values(texts)) {
      for (const columns of [12, 20, 40, 80])
        expect([text.slice(0, 9), pointed(text, columns)]).toEqual([text.slice(0, 9), true]);
    }
  });

  it("shows the end of a line in all the room that there is", () => {
    const [row = ""] = codeFrame(at(1, 501), lines(`${"a".repeat(500)}`), { columns: 54 }).split("\n");
    expect(row).toBe(`1 | ${"a".repeat(49)}`);
  });

  it("contains no command that a pipeline executes", () => {
    const [row] = codeFrame(at(1, 1), lines("::error::a ##[error]b ##vso[task.complete]")).split("\n");
    expect(row).toBe("1 | ::error::a \\u{23}#[error]b \\u{23}#vso[task.complete]");
  });
});

/** Returns the width of a text in a terminal, for the Unicode characters that these tests use. */
function columnsOf(text: string): number {
  const flags = text.match(/[\u{1f1e6}-\u{1f1ff}]{2}/gu)?.length ?? 0;
  const rest = text.replace(/[\u{1f1e6}-\u{1f1ff}]{2}/gu, "").replace(/[\u{1f3fb}-\u{1f3ff}\u0300-\u036f]/gu, "");
  return [...rest].reduce((sum, char) => sum + (/[\u3000-\u9fff\u{1f300}-\u{1faff}]/u.test(char) ? 2 : 1), flags * 2);
}
