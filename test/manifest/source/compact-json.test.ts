import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExactly } from "../../../src/manifest/json/exact-json.ts";
import { CompactJson } from "../../../src/manifest/source/compact-json.ts";
import type { JsonValue } from "../../../src/types.ts";

/** Canonicalizes a text after others. */
function recognize(text: string, ...learned: readonly JsonValue[]): string | undefined {
  const compact = new CompactJson();
  for (const value of learned) compact.learn(value);
  return compact.canonicalize(text);
}

describe("a text in the form of JSON.stringify", () => {
  it.each([
    '{"b":1,"a":{"d":[{"f":1,"e":[]}],"c":{}}}',
    '{"a":{"d":2,"c":1},"b":[{"a":1},{"d":"x","c":"y"},{"a":2}]}',
    '{"a":"{,}[:]","b":"a customer\'s"}',
    '["\u2028","é😀","\u007f","__proto__"]',
    "[0,-1,999999999999999,1.5,-0.001,1e-7,1e+21,9007199254740991,123456789012345680000]",
    '{"2":1,"10":2,"b":3,"a":4,"":5}',
    '{"\ufb33":1,"😀":2}',
    `${"[".repeat(64)}${"]".repeat(64)}`,
    "true",
    "false",
    "null",
    "0",
    '""',
    "[]",
    "{}",
    '"text"',
  ])("is converted to its canonical JSON: %s", (text) => {
    expect(recognize(text, JSON.parse(text))).toBe(canonicalize(JSON.parse(text)));
  });

  it("is recognized by the keys of earlier objects at any place, also if an object has fewer of them", () => {
    const learned = [{ b: { c: 1, a: [{ x: 1 }] } }, { b: 1, d: 2 }];
    expect(recognize('[{"b":2},{"c":[]},{"b":{"x":{"b":1,"d":{}}}}]', ...learned)).toBe(
      '[{"b":2},{"c":[]},{"b":{"x":{"b":1,"d":{}}}}]',
    );
  });
});

describe("another text", () => {
  const learned = [{ b: 1, a: 2 }, { b: { b: 1, a: 1 } }, { "1": 1, "2": 2 }];
  it.each([
    ["a key that is not known", '{"b":1,"c":2}'],
    ["keys in another order", '{"a":2,"b":1}'],
    ["keys in another order than in JavaScript", '{"2":1,"1":2}'],
    ["a duplicate key", '{"b":1,"b":2}'],
    ["a duplicate key at the end", '{"b":1,"a":2,"b":3}'],
    ["a space", '{"b": 1,"a":2}'],
    ["a space in front", ' {"b":1}'],
    ["a space at the end", '{"b":1} '],
    ["a carriage return at the end", '{"b":1}\r'],
    ["a zero behind a point", '{"b":1.0}'],
    ["an exponent", '{"b":1e3}'],
    ["a negative zero", '{"b":-0}'],
    ["a zero in front", '{"b":01}'],
    ["a plus", '{"b":+1}'],
    ["no digit", '{"b":-}'],
    ["no value", '{"b":}'],
    ["a number that is too long", '{"b":12345678901234567890}'],
    ["a number that is rounded", '{"b":9007199254740993}'],
    ["a number that is infinite", '{"b":1e999}'],
    ["a word", '{"b":NaN}'],
    ["a literal that continues", '{"b":nullx}'],
    ["an escape", '{"b":"\\u0041"}'],
    ["an escaped quote", '{"b":"\\""}'],
    ["a control character", '{"b":"\t"}'],
    ["half of a surrogate pair", '{"b":"\ud800"}'],
    ["no end of a text", '{"b":"x'],
    ["no end of an object", '{"b":1'],
    ["no end of an array", '{"b":[1'],
    ["a comma at the end", '{"b":1,}'],
    ["a comma at the end of an array", "[1,]"],
    ["no comma", '{"b":1"a":2}'],
    ["another bracket", "[1}"],
    ["two values", '{"b":1}{"b":1}'],
    ["nothing", ""],
    ["the prototype", '{"__proto__":1}'],
    ["too deep", `${"[".repeat(65)}${"]".repeat(65)}`],
  ])("is not recognized: %s", (_, text) => {
    expect(recognize(text, ...learned)).toBeUndefined();
  });
});

const key = fc.constantFrom("a", "b", "c", "1", "10", "é", "😀", "");
const { value: json } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: fc.constantFrom(..."ab{}[]:,é😀 0"), maxLength: 6 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.constantFrom(null, true, false, 1e21, 5e-324, 0.1),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.uniqueArray(fc.tuple(key, tie("value")), { maxLength: 5, selector: ([name]) => name }).map(Object.fromEntries),
  ),
}));

it("recognizes every text of JSON.stringify with known keys and without escapes", () => {
  fc.assert(
    fc.property(json, json, (value, other) => {
      const text = JSON.stringify(value);
      expect(recognize(text, other, value)).toBe(canonicalize(value));
    }),
    { numRuns: 2_000 },
  );
});

it("recognizes nothing that an exact parser refuses or would write differently", () => {
  let recognized = 0;
  const edit = fc.record({
    at: fc.nat(1_000),
    cut: fc.nat(2),
    put: fc.string({ unit: fc.constantFrom(...'{}[]:,"\\u0a1-.eE+ \ntb'), maxLength: 2 }),
  });
  fc.assert(
    fc.property(json, fc.array(edit, { minLength: 1, maxLength: 2 }), (value, edits) => {
      const compact = new CompactJson();
      compact.learn(value);
      let text = JSON.stringify(value);
      for (const { at, cut, put } of edits) {
        const from = at % (text.length + 1);
        text = text.slice(0, from) + put + text.slice(from + cut);
      }
      const canonical = compact.canonicalize(text);
      if (canonical === undefined) return;
      recognized += 1;
      const parsed = parseExactly(text, Buffer.byteLength(text));
      expect(parsed).toMatchObject({ ok: true, json: text });
      if (parsed.ok) expect(canonical).toBe(canonicalize(parsed.value));
    }),
    { numRuns: 10_000 },
  );
  expect(recognized).toBeGreaterThan(100);
});

it("forgets keys if there are too many, and learns others", () => {
  const compact = new CompactJson();
  for (let index = 0; index < 5_000; index += 1) compact.learn({ [`key ${index}`]: 1 });
  expect(compact.canonicalize('{"key 0":1}')).toBeUndefined();
  expect(compact.canonicalize('{"key 4999":1}')).toBe('{"key 4999":1}');
  compact.learn(Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key ${index}`, 1])));
  expect(compact.canonicalize('{"key 4999":1}')).toBe('{"key 4999":1}');
});
