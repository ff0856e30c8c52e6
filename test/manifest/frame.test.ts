import { describe, expect, it } from "vitest";
import { codeFrame } from "../../src/manifest/index.ts";

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

  it("keeps the caret in place behind tabs and characters that a terminal would obey", () => {
    const [row = "", caret = ""] = codeFrame(at(1, 4), lines("\ta\u001bX")).split("\n");
    expect(row).toBe("1 |  a\\u{1b}X");
    expect(caret.indexOf("^")).toBe(row.indexOf("X"));
  });

  it("cuts a long line around the place", () => {
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

  it("paints the caret, and shows nothing where the file has no such line", () => {
    expect(codeFrame(at(1, 1), lines("a"), (text) => `<${text}>`)).toBe("1 | a\n  | <^>");
    expect(codeFrame(at(9, 1), lines("a"))).toBe("");
  });
});
