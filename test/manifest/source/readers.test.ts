import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCsv } from "../../../src/manifest/source/csv.ts";
import { DataFileAbort } from "../../../src/manifest/source/data-file-errors.ts";
import { readJsonArray } from "../../../src/manifest/source/json-array.ts";
import { readNdjson } from "../../../src/manifest/source/ndjson.ts";
import type { RowReader } from "../../../src/manifest/source/row-reader.ts";
import { utf8Chunks } from "../../../src/manifest/source/utf8.ts";
import type { JsonValue } from "../../../src/types.ts";

interface ReadResult {
  readonly values: readonly JsonValue[];
  /** `line:column` of each row. */
  readonly spots: readonly string[];
  readonly bytes: readonly number[];
  readonly problems: readonly string[];
}

/** Reads bytes that arrive in pieces of the given sizes, the last piece as long as needed. */
async function read(reader: RowReader, bytes: Buffer, sizes: readonly number[] = [], skip = 0): Promise<ReadResult> {
  async function* pieces() {
    let from = 0;
    for (const size of sizes) {
      if (from >= bytes.length) return;
      yield bytes.subarray(from, from + size);
      from += size;
    }
    yield bytes.subarray(from);
  }
  const rows: { value: JsonValue; json: string; bytes: number; position: { line: number; column: number } }[] = [];
  const problems: string[] = [];
  try {
    const onProblem = (code: string, { line, column }: { line: number; column: number }) => {
      problems.push(`${line}:${column} ${code}`);
    };
    for await (const some of reader(utf8Chunks(pieces()), { onProblem, skip })) rows.push(...some);
  } catch (error) {
    if (!(error instanceof DataFileAbort)) throw error;
    problems.push(`${error.location.line}:${error.location.column} ${error.code}`);
  }
  for (const { value, json } of rows) expect(json).toBe(JSON.stringify(value));
  return {
    values: rows.map(({ value }) => value),
    spots: rows.map(({ position }) => `${position.line}:${position.column}`),
    bytes: rows.map((row) => row.bytes),
    problems,
  };
}

const csv = readCsv({ delimiter: ",", types: { n: "integer", f: "number?", b: "boolean", j: "json" } });

describe("rows", () => {
  it("of NDJSON are its lines, blank ones left out, whatever else a text may hold", async () => {
    const text = '{"a":1}\r\n\n  \n"\u2028 and \u0085"\n[ 1 , 2 ]\nnull';
    const { values, spots, bytes, problems } = await read(readNdjson, Buffer.from(text));
    expect(values).toEqual([{ a: 1 }, "\u2028 and \u0085", [1, 2], null]);
    expect(spots).toEqual(["1:1", "4:1", "5:1", "6:1"]);
    expect(bytes).toEqual(values.map((value) => Buffer.byteLength(JSON.stringify(value))));
    expect(problems).toEqual([]);
  });

  it("of an array are its items, with their locations", async () => {
    const text = '\n[ {"a": "],[\\"{"},\n\n  [1,\n2], "x" , 3]\n ';
    const { values, spots, bytes, problems } = await read(readJsonArray, Buffer.from(text));
    expect(values).toEqual([{ a: '],["{' }, [1, 2], "x", 3]);
    expect(spots).toEqual(["2:3", "4:3", "5:5", "5:11"]);
    expect(bytes).toEqual(values.map((value) => Buffer.byteLength(JSON.stringify(value))));
    expect(problems).toEqual([]);
  });

  it("of CSV are maps of typed cells, with their locations", async () => {
    const text =
      'n,f,b,j,s,constructor\n1,1.5,true,"{""a"":1}",007,x\r\n\n-2,,false,[],"a\n""b"", c",y\n3,1e3,true,null,,\n';
    const { values, spots, problems } = await read(csv, Buffer.from(text));
    expect(values).toEqual([
      { n: 1, f: 1.5, b: true, j: { a: 1 }, s: "007", constructor: "x" },
      { n: -2, f: null, b: false, j: [], s: 'a\n"b", c', constructor: "y" },
      { n: 3, f: 1000, b: true, j: null, s: "", constructor: "" },
    ]);
    expect(spots).toEqual(["2:1", "4:1", "6:1"]);
    expect(problems).toEqual([]);
  });

  it.each([
    ["[1]\0", "1:4"],
    ["[1]\x1a", "1:4"],
    ["[1]\v", "1:4"],
    ["\v[1]", "1:1"],
    ["[\v]", "1:2"],
    ["[1,\v2]", "1:4"],
    ["[1,\u00a02]", "1:4"],
    ["[\uFEFF1]", "1:2"],
  ])("accepts only JSON's white space in an array: %j", async (text, position) => {
    expect((await read(readJsonArray, Buffer.from(text))).problems).toEqual([`${position} DATA_NOT_JSON`]);
  });

  it("at the start can be skipped without being parsed", async () => {
    const ndjson = '{"broken\n1\n\n2\n3\n';
    expect(await read(readNdjson, Buffer.from(ndjson), [], 2)).toMatchObject({ values: [2, 3], problems: [] });
    expect(await read(readJsonArray, Buffer.from("[0, 1, 2]"), [], 2)).toMatchObject({ values: [2], spots: ["1:8"] });
    const cells = "n,f,b,j\n1,,true,1\n2,,true,2\n";
    expect(await read(csv, Buffer.from(cells), [], 1)).toMatchObject({ values: [{ n: 2 }], spots: ["3:1"] });
    expect(await read(readNdjson, Buffer.from("1\n"), [], 5)).toMatchObject({ values: [] });
  });
});

describe("however its bytes arrive in pieces", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 400 });
  const values = fc.array(fc.jsonValue({ depthSize: "small" }), { minLength: 1, maxLength: 20 });
  // Other tests cover values that JSON does not round-trip.
  const exact = (value: unknown) =>
    JSON.parse(JSON.stringify(value).replaceAll(/(?<![\d.e"])-0(?![\d.])/g, "0")) as JsonValue;

  it("NDJSON is the same", async () => {
    await fc.assert(
      fc.asyncProperty(values, sizes, fc.constantFrom("\n", "\r\n"), async (all, cuts, end) => {
        const rows = all.map(exact).filter((value) => JSON.stringify(value).includes("__proto__") === false);
        const text = `\uFEFF${rows.map((value) => JSON.stringify(value)).join(end)}`;
        const found = await read(readNdjson, Buffer.from(text), cuts);
        const errors = found.problems.filter((line) => !line.endsWith(" ARRAY_ROW"));
        expect([found.values, errors]).toEqual([rows, []]);
      }),
    );
  });

  it("an array is the same, and its locations too", async () => {
    await fc.assert(
      fc.asyncProperty(values, sizes, fc.constantFrom(0, 1, 2), async (all, cuts, spaces) => {
        const rows = all.map(exact).filter((value) => JSON.stringify(value).includes("__proto__") === false);
        const text = Buffer.from(JSON.stringify(rows, null, spaces));
        const found = await read(readJsonArray, text, cuts);
        expect([found.values, found.problems]).toEqual([rows, []]);
        expect(found).toEqual(await read(readJsonArray, text));
      }),
    );
  });

  it("CSV is the same", async () => {
    const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "ü", "\u{1F600}"), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 10 }), sizes, async (rows, cuts) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const text = ["x,y", ...rows.map((row) => row.map(quoted).join(","))].join("\n");
        const found = await read(readCsv({ delimiter: ",", types: {} }), Buffer.from(text), cuts);
        expect(found.values).toEqual(rows.map(([x, y]) => ({ x, y })));
        expect(found.problems).toEqual([]);
      }),
    );
  });

  it("invalid bytes are found on the same line", async () => {
    const text = Buffer.from('"fine"\n"caf\xe9"\n"fine"\n', "latin1");
    await fc.assert(
      fc.asyncProperty(sizes, async (cuts) => {
        const { problems } = await read(readNdjson, text, cuts);
        expect(problems).toHaveLength(1);
        expect(problems[0]).toMatch(/^2:\d ENCODING$/);
      }),
    );
  });
});
