import { describe, expect, it } from "vitest";
import { readCsv } from "../../../src/manifest/source/csv.ts";
import { readText } from "./support/read.ts";

const read = (text: string, options: Partial<Parameters<typeof readCsv>[0]> = {}) =>
  readText(readCsv({ delimiter: ",", types: {}, ...options }), text);
const lines = (problems: readonly string[]) => problems.map((line) => `${line.split(":")[0]}: ${line.split(": ")[1]}`);

describe("a blank line of CSV", () => {
  it("is a row if the only column may be empty", async () => {
    const { values, problems } = await read("n\n1\n\n3\n\n", { types: { n: "integer?" } });
    expect([values, problems]).toEqual([[{ n: 1 }, { n: null }, { n: 3 }, { n: null }], []]);
    expect((await read('n\n\n""\n', { types: { n: "string?" } })).values).toEqual([{ n: null }, { n: null }]);
  });

  it("is ignored if it cannot be a row", async () => {
    expect((await read("\n\nn\n1\n\n3\n")).values).toEqual([{ n: "1" }, { n: "3" }]);
    expect((await read('n\n""\n')).values).toEqual([{ n: "" }]);
    const two = await read("a,b\n\n1,\n\r\n", { types: { b: "integer?" } });
    expect([two.values, two.problems]).toEqual([[{ a: "1", b: null }], []]);
  });
});

describe("a carriage return in CSV", () => {
  it.each([
    ["name\nAnn\rBob\rEve\r", 2, 0],
    ["name\nAnn\nBob\r", 3, 1],
    ["id,name\n1,Ann\r\r\n2,Bob\n", 2, 1],
    ["id,name\r\r\n1,Ann\r\r\n", 1, 0],
    ['id,name\n1,"Ann"\r\r\n2,Bob\n', 2, 1],
    ["id,name\n1\r,Ann\n2,Bob\n", 2, 1],
    ['id,name\n1,"An\r\r\nn"\n', 2, 0],
  ])("is an error in its row without a line feed: %j", async (text, line, rows) => {
    const { values, problems } = await read(text);
    expect(lines(problems)).toEqual([
      `${line}: a carriage return without a line feed. End lines with LF or CRLF; quote cells that contain a carriage return.`,
    ]);
    expect(values).toHaveLength(rows);
  });

  it("before a line feed ends a line, and is a line feed in a quoted cell", async () => {
    const text = 'id,note\n1,"a\nb\n\nc"\n2,"\n"\n';
    const { values, problems } = await read(text.replaceAll("\n", "\r\n"));
    expect([values, problems]).toEqual([
      [
        { id: "1", note: "a\nb\n\nc" },
        { id: "2", note: "\n" },
      ],
      [],
    ]);
    expect(await read(text)).toEqual({ values, problems });
    expect((await read('id,note\n1,"a\rb"\n')).values).toEqual([{ id: "1", note: "a\rb" }]);
  });
});

describe("concatenated files", () => {
  it.each([
    ["id,name\n1,Ann\nid,name\n2,Bob\n", 3],
    ['id,name\n1,Ann\n"id","name"\n2,Bob\n', 3],
    ["id,name\r\n1,Ann\r\nid,name\r\n2,Bob\r\n", 3],
    ["word\na\nword\nb\n", 3],
  ])("are reported if the header is repeated: %j", async (text, line) => {
    const { values, problems } = await read(text);
    expect(problems).toEqual([
      expect.stringMatching(`^${line}:1 DATA_NOT_CSV: the header is repeated here. Remove it`),
    ]);
    expect(values).toHaveLength(2);
  });

  it.each([
    ["\uFEFFid,name\n1,Ann\n\uFEFFid,name\n2,Bob\n", [3]],
    ['id,name\n1,Ann\n\uFEFF"id","name"\n2,Bob\n', [3]],
    ["\uFEFF\uFEFFid\n1\n", [1]],
    ["id,name\n1,Ann\n\uFEFF2,Bob\n", [3]],
  ])("are reported if there is a byte order mark: %j", async (text, logged) => {
    const { problems } = await read(text);
    expect(problems).toEqual(
      logged.map((line) =>
        expect.stringMatching(`^${line}:1 DATA_NOT_CSV: a byte order mark \\(U\\+FEFF\\) inside the file`),
      ),
    );
  });

  it("are not reported if a quoted cell contains its column's name, or the mark", async () => {
    const { values, problems } = await read('word\n"word"\n"\uFEFF"\n');
    expect([values, problems]).toEqual([[{ word: "word" }, { word: "\uFEFF" }], []]);
  });
});

describe("a quote of CSV that does not fit", () => {
  it.each([
    ["a cell that is never closed", 'id,name,note\n1,Ann,"unclosed\n2,Bob,fine\n3,Eve,"x"\n', [2], ["2", "3"]],
    ["one that no later quote ends", 'id,name\n1,"open\n2,Bob\n3,Eve\n', [2], ["2", "3"]],
    ["two of them", 'id,name\n1,"a\n2,"b\n3,c\n', [2, 3], ["3"]],
    ["text behind a quoted cell", 'id,name\n1,"x"y\n2,"ok"\n3,plain\n', [2], ["2", "3"]],
    ["a quote inside of a cell", 'id,name\n1,x"y\n2,"ok"\n', [2], ["2"]],
    ["a space before the quote", 'id,name\n1, "x"\n2,ok\n', [2], ["2"]],
    ["a second quote in a cell of several lines", 'id,name\n1,"a\nb"c\n2,ok\n', [2], ["2"]],
    ["a quote before a later cell of several lines", 'id,name\n1,"a\n2,"b\nc"\n3,ok\n', [2], ["2", "3"]],
    ["the last row", 'id,name\n1,ok\n2,"', [3], ["1"]],
  ])("is reported only at its row: %s", async (_, text, logged, ids) => {
    const { values, problems } = await read(text);
    expect(problems.map((line) => Number(line.split(":")[0]))).toEqual(logged);
    expect(values).toEqual(ids.map((id) => expect.objectContaining({ id })));
  });

  it("is reported in terms of the mistake", async () => {
    const { problems } = await read('id,name,note\n1,Ann,"unclosed\n2,Bob,fine\n3,Eve,"x"\n');
    expect(problems).toEqual([
      "2:1 DATA_NOT_CSV: a quoted cell begins in this row and ends on line 4, where more text follows. Close the quote; double the quotes inside a quoted cell.",
    ]);
    const open = await read(`id\n1\n"${"text\n".repeat(200_001)}`);
    expect(open.problems).toEqual([
      expect.stringMatching(
        "^3:1 DATA_NOT_CSV: a quoted cell of the row that begins here is not closed within 1000000 characters",
      ),
    ]);
  });

  it("reads the lines after it at most twice", async () => {
    const rows = 300_000;
    const { values, problems } = await read(
      `a,b\n1,"x\n${'2,""\n'.repeat(rows / 2)}3,x"y\n${'4,"""q"""\n'.repeat(rows / 2)}`,
    );
    expect(values).toHaveLength(rows);
    expect(problems).toHaveLength(1);
  });
});

describe("the first line of CSV", () => {
  it.each([
    [
      "sep=;\r\nid;name\r\n1;Ann\r\n",
      ";",
      '1:1 DATA_NOT_CSV: "sep=;" is a directive for Excel, not a header. Remove the line.',
    ],
    [
      "sep=;\nid;name\n",
      ",",
      '1:1 DATA_NOT_CSV: "sep=;" is a directive for Excel, not a header. Remove the line. Write delimiter: ";" in the manifest\'s source.',
    ],
    [
      "SEP=\t\nid\tname\n",
      ",",
      '1:1 DATA_NOT_CSV: "SEP=\\t" is a directive for Excel, not a header. Remove the line. Write delimiter: "\\t" in the manifest\'s source.',
    ],
    ["sep=,\nid,name\n", ",", '1:1 DATA_NOT_CSV: "sep=," is a directive for Excel, not a header. Remove the line.'],
  ])("that only Excel understands is reported: %j", async (text, delimiter, expected) => {
    expect((await read(text, { delimiter })).problems).toEqual([expected]);
  });

  it("is the header, whatever it contains", async () => {
    expect((await read("separator\nx\n")).values).toEqual([{ separator: "x" }]);
    expect((await read("<DATE>,<CLOSE>\n1,2\n")).values).toEqual([{ "<DATE>": "1", "<CLOSE>": "2" }]);
  });
});
