import { expect, it } from "vitest";
import { isRow, RowParser } from "../../../src/manifest/source/row-parser.ts";

const position = { line: 1, column: 1 };

/** Parses texts with one parser. @returns whether each was recognized by the keys of earlier rows */
function recognized(texts: readonly string[]): readonly boolean[] {
  const parser = new RowParser();
  return texts.map((text) => {
    const row = parser.parse(text, Buffer.byteLength(text), position);
    if (!isRow(row)) throw new Error(`${text} is not a row`);
    expect(row).toMatchObject({ json: JSON.stringify(JSON.parse(text)), bytes: Buffer.byteLength(row.json), position });
    expect(row.value).toEqual(JSON.parse(text));
    return row.canonical !== undefined;
  });
}

const row = '{"b":1,"a":[]}';
const others = (count: number) => Array.from({ length: count }, (_, index) => `{"key ${index}":1}`);

it("recognizes a row by the keys of an earlier one, if both are written without spaces and escapes", () => {
  expect(recognized([row, row, '{"b": 1,"a":[]}', '{"b":"\\n","a":[]}', row, "1", "null"])).toEqual([
    false,
    true,
    false,
    false,
    true,
    true,
    true,
  ]);
});

it("learns the keys of hundreds of rows, and stops if nearly every row has new ones", () => {
  const few = others(299);
  expect(recognized([...few, ...few])).toEqual([...few.map(() => false), ...few.map(() => true)]);
  const mixed = others(1_000).flatMap((other) => [row, other]);
  expect(recognized([row, ...mixed]).filter(Boolean)).toHaveLength(1_000);
  expect(recognized([row, ...others(300), row]).filter(Boolean)).toEqual([]);
});

it("returns the errors of a text that is not JSON", () => {
  expect(new RowParser().parse('{"a":}', 6, position)).toMatchObject([{ code: "DATA_NOT_JSON", offset: 5 }]);
});
