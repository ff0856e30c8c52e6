import { expect, it } from "vitest";
import { isObject, parseObject, toObject } from "../src/json-object.ts";

it.each([null, undefined, [], [{ a: 1 }], "text", 1, true])("does not treat %j as an object", (value) => {
  expect(isObject(value)).toBe(false);
  expect(toObject(value)).toEqual({});
});

it("returns an object unchanged", () => {
  const value = { a: [1] };
  expect(isObject(value)).toBe(true);
  expect(toObject(value)).toBe(value);
});

it.each([
  ['{"a":1}', { a: 1 }],
  ["[1]", {}],
  ["null", {}],
  ['{"a":', {}],
  ["", {}],
])("parses %j", (text, expected) => {
  expect(parseObject(text)).toEqual(expected);
});
