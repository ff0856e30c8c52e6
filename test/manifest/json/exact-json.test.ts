import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExactly } from "../../../src/manifest/json/exact-json.ts";

const parse = (text: string) => parseExactly(text, Buffer.byteLength(text));
const flaws = (text: string) => {
  const parsed = parse(text);
  return parsed.ok ? [] : parsed.errors.map(({ code, offset }) => `${offset} ${code}`);
};

describe("parseExactly", () => {
  it.each([
    ['{"a":1,"b":[true,null,"x"]}', "as JavaScript writes it"],
    ['{ "a" : 1 ,\t"b": [ ] }', "with spaces"],
    ['{"2":1,"1":2}', "keys in an order that JavaScript changes"],
    ['"\\u00e9\\/\\ud83d\\ude00"', "escapes that need not be"],
    ["[1.0, 1.50, 1e3, 0.1, 1E-7]", "numbers that are written in another way"],
    ['"1e999 and 12345678901234567890"', "texts that look like numbers"],
    ['{"a":{"a":{"a":1}}}', "the same key at other depths"],
    [`${"[".repeat(64)}${"]".repeat(64)}`, "as deep as allowed"],
  ])("accepts %s: %s", (text) => {
    const value = JSON.parse(text);
    const json = JSON.stringify(value);
    expect(parse(text)).toEqual({ ok: true, value, json, bytes: Buffer.byteLength(json) });
  });

  it("finds every flaw, also several in one text", () => {
    expect(flaws('{"a":1,"b":{"c":1e999},"a":2,"d":"\\udc00"}')).toEqual([
      "16 NUMBER_NOT_EXACT",
      "23 DUPLICATE_KEY",
      "33 TEXT_NOT_UNICODE",
    ]);
    expect(flaws('{"\\u005f_proto__":1,"a":1,"\\u0061":2}')).toEqual(["1 KEY_UNSAFE", "26 DUPLICATE_KEY"]);
    expect(flaws("[1")).toEqual(["2 DATA_NOT_JSON"]);
    expect(flaws(`${"[".repeat(200_000)}`)).toEqual(["0 DATA_NOT_JSON"]);
    expect(flaws(`${"[".repeat(65)}${"]".repeat(65)}`)).toEqual(["0 NESTING_LIMIT"]);
  });

  it("accepts all output of JSON.stringify, with any indentation, and nothing that JSON.parse refuses", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(4), (text, spaces) => {
        const value = JSON.parse(text);
        if (!text.includes("-0") && !text.includes("__proto__"))
          expect(flaws(JSON.stringify(value, null, spaces))).toEqual([]);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]:,"\\u0a1-. \n'), maxLength: 12 }), (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        if (!valid) expect(flaws(text)).toHaveLength(1);
      }),
      { numRuns: 2_000 },
    );
  });

  it("finds a duplicate key, wherever it is", () => {
    const key = fc.constantFrom("a", "b", "c", "d");
    fc.assert(
      fc.property(fc.array(key, { maxLength: 5 }), (keys) => {
        const text = `{"x":{${keys.map((name) => `"${name}":1`).join(", ")}}}`;
        expect(flaws(text).length).toBe(keys.length - new Set(keys).size);
      }),
    );
  });
});
