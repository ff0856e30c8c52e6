import { expect, it } from "vitest";
import { toJsonText } from "../../infra/json-text.ts";

it("writes values of JSON, and objects that define their own JSON form", () => {
  const value = { text: "ä", list: [1, -0, null, true, { deep: [] }], at: new Date(0), none: undefined };
  expect(toJsonText(value)).toBe('{"text":"ä","list":[1,0,null,true,{"deep":[]}],"at":"1970-01-01T00:00:00.000Z"}');
  expect(toJsonText("plain")).toBe('"plain"');
  expect(toJsonText(null)).toBe("null");
  const shared = { a: 1 };
  expect(toJsonText([shared, shared])).toBe('[{"a":1},{"a":1}]');
});

const circle: { self?: unknown } = {};
circle.self = { circle };

it.each<[unknown, string]>([
  [undefined, "no JSON: undefined"],
  [{ list: [1, Number.NaN] }, "no JSON: NaN at list.1"],
  [{ "a key": [undefined] }, 'no JSON: undefined at "a key".0'],
  [{ big: 1n }, "no JSON: a bigint at big"],
  [[() => 1], "no JSON: a function at 0"],
  [{ all: new Map([["secret", 1]]) }, "no JSON: a Map at all"],
  [circle, "no JSON: a value within itself at self.circle"],
])("names what has no JSON form, and never a value (%#)", (value, text) => {
  expect(toJsonText(value)).toBe(text);
});
