import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { SourceRecord } from "../../../src/plan/index.ts";
import { type Files, type Options, type Reading, read } from "./support/read.ts";

const row = (n: number) => `{"n":${n},"name":"a name of forty characters, more or less"}\n`;
const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => row(from + index)).join("");

const plain = "queue: orders\nsource: { file: rows.ndjson }\n";
const options: Options = { stack: "dev", variables: { project: "shop", config: {}, secrets: [], env: {} } };

/** Reads a file, then another one with the record of the first, and compares that with a reading without it. */
async function readBoth(
  before: string | Buffer,
  after: string | Buffer,
  manifest = plain,
  more: Files = {},
): Promise<Reading> {
  const files = (data: string | Buffer): Files => ({
    "messages/a.yaml": manifest,
    "messages/rows.ndjson": data,
    ...more,
  });
  const first = await read(files(before), options, []);
  expect(first.problems).toEqual([]);
  const recorded: readonly SourceRecord[] = first.source === undefined ? [] : [first.source];
  expect(recorded).toHaveLength(1);
  const second = await read(files(after), options, recorded);
  const { parsed: _, ...alone } = await read(files(after), options, []);
  expect(second).toEqual({ ...alone, parsed: second.parsed });
  return second;
}

describe("lines appended to a data file", () => {
  const long = rows(0, 5_500);

  it.each<[string, string, string, number]>([
    ["one row", long, long + row(5_500), 501],
    ["rows of a new segment", long, long + rows(5_500, 10_001), 5_001],
    ["rows of several segments", long, long + rows(5_500, 16_000), 11_000],
    ["rows after a full segment", rows(0, 5_000), long, 500],
    ["rows after a full segment without a line feed", rows(0, 5_000).trimEnd(), long, 5_500],
    ["rows after a row without a line feed", long.trimEnd(), `${long}${row(1)}`, 501],
    ["empty lines", rows(0, 5_000), `${rows(0, 5_000)}\n\r\n`, 0],
    ["rows after empty lines", `${rows(0, 5_000)}\n\n`, `${rows(0, 5_000)}\n\n${row(1)}`, 1],
    ["the rest of a row", `${long}1`, `${long}12`, 501],
    ["rows that are equal to earlier ones", long, long + rows(0, 50), 550],
    ["rows with CRLF", long.replaceAll("\n", "\r\n"), `${long.replaceAll("\n", "\r\n")}${row(7)}`, 501],
    [
      "rows with characters of several bytes",
      long.replaceAll("more", "möre 😀"),
      `${long.replaceAll("more", "möre 😀")}"é"\n`,
      501,
    ],
  ])("are the only rows that are parsed: %s", async (_, before, after, parsed) => {
    const result = await readBoth(before, after);
    expect(result.problems).toEqual([]);
    expect(result.parsed).toBe(parsed);
  });

  it("are the only rows that are parsed, run after run", async () => {
    const files = (to: number): Files => ({ "messages/a.yaml": plain, "messages/rows.ndjson": rows(0, to) });
    let recorded: readonly SourceRecord[] = [];
    const parsed: number[] = [];
    for (const to of [12_000, 12_001, 15_000, 15_001, 26_000, 26_001]) {
      const reading = await read(files(to), options, recorded);
      parsed.push(reading.parsed);
      expect(reading.segments.reduce((sum, { messages }) => sum + messages, 0)).toBe(to);
      recorded = reading.source === undefined ? [] : [reading.source];
    }
    expect(parsed).toEqual([12_000, 2_001, 5_000, 1, 11_000, 1_001]);
  });

  it.each<[string, string, readonly string[]]>([
    ["a row that is not JSON", `${row(1)}{"n":}\n`, ["DATA_NOT_JSON messages/rows.ndjson:5502:6"]],
    ["a value that spans lines", '{\n"n":1\n}\n', ["DATA_NOT_JSON messages/rows.ndjson:5501:1"]],
    ["the mark of a merge conflict", "<<<<<<< ours\n", ["MERGE_CONFLICT messages/rows.ndjson:5501:1"]],
    ["a byte order mark", `\uFEFF${row(1)}`, ["DATA_NOT_JSON messages/rows.ndjson:5501:1"]],
    ["bytes that are not UTF-8", `${row(1)}{"n":"\u00E9"}\n`, ["ENCODING messages/rows.ndjson:5502:7"]],
    ["an array of maps", '[{"n":1}]\n', []],
    ["a body that is too large", `"${"x".repeat(128_000)}"\n`, ["BODY_TOO_LARGE messages/rows.ndjson:5501:1"]],
    ["a row that the schema refuses", `"text"\n`, ["BODY_NOT_VALID messages/rows.ndjson:5501:1"]],
  ])("have the same problems as in the whole file: %s", async (name, appended, problems) => {
    const encoding = name.startsWith("bytes") ? "latin1" : "utf8";
    const after = Buffer.concat([Buffer.from(long), Buffer.from(appended, encoding)]);
    const schema = name.includes("schema");
    const manifest = schema ? `body_schema: order.json\n${plain}` : plain;
    const result = await readBoth(long, after, manifest, schema ? { "messages/order.json": '{"type":"object"}' } : {});
    expect(result.problems).toEqual(problems);
  });

  it.each<[string, string, string]>([
    ["a row of the first segment was edited", long, long.replace('{"n":3,', '{"n":4,') + row(1)],
    ["a row of a later segment was edited", long, long.replace('{"n":4999,', '{"n":1,') + row(1)],
    ["rows are missing", long, rows(0, 4_500)],
    ["a row was inserted at the start", long, row(1) + long],
    ["the file has a byte order mark", `\uFEFF${long}`, `\uFEFF${long}${row(1)}`],
    ["no segment was full", rows(0, 4_999), rows(0, 6_000)],
  ])("do not keep the whole file from being parsed if %s", async (_, before, after) => {
    const result = await readBoth(before, after);
    expect(result.parsed).toBe(result.segments.reduce((sum, { messages }) => sum + messages, 0));
  });

  it("leave a file that was cut after a full segment recognized", async () => {
    expect((await readBoth(long, rows(0, 5_000))).parsed).toBe(0);
  });

  it.each<[string, string]>([
    ["rows have ids", "queue: orders\nsource: { file: rows.ndjson, map: { id: 'n${row.n}', body: '${row.n}' } }\n"],
    ["any change pushes all rows", `push: on_change\n${plain}`],
  ])("are parsed with the whole file if %s", async (_, manifest) => {
    const after = long + row(5_500);
    const result = await readBoth(long, after, manifest);
    expect(result.parsed).toBe(result.segments.reduce((sum, { messages }) => sum + messages, 0));
  });

  it("are parsed with the whole file if it is a table", async () => {
    const manifest = "queue: orders\nsource: { file: rows.ndjson, format: csv }\n";
    const table = (to: number) =>
      `n,name\n${Array.from({ length: to }, (_, n) => `${n},${"x".repeat(40)}\n`).join("")}`;
    expect((await readBoth(table(5_500), table(5_501), manifest)).parsed).toBe(5_501);
  });

  it("are parsed with the whole file if it is compressed", async () => {
    const manifest = "queue: orders\nsource: { file: rows.ndjson, compression: gzip }\n";
    const level = { level: 0 };
    const result = await readBoth(gzipSync(long, level), gzipSync(long + row(1), level), manifest);
    expect(result.parsed).toBe(5_501);
  });

  it("have the same numbers as in the whole file", async () => {
    const manifest =
      "queue: orders\nsource: { file: rows.ndjson, map: { body: { index: '${index}', n: '${row.n}' } } }\n";
    expect((await readBoth(long, long + row(5_500), manifest)).parsed).toBe(501);
  });
});
