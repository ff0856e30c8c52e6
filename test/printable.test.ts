import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quote, toPrintable, toPrintableData, toPrintableJson, toPrintableLines } from "../src/printable.ts";
import { hostile, wrongWith } from "./support/hostile.ts";

const anything = fc.string({
  unit: fc.oneof(fc.nat(0x10ffff).map(unitOf), fc.constantFrom(...hostile)),
  maxLength: 40,
});

describe("printable text", () => {
  it.each([
    ["a\u001b[31mb", "a\\u{1b}[31mb"],
    ["a\nb\tc\rd", "a\\nb\\tc\\u{d}d"],
    ["\u0085\u2028\u2029", "\\u{85}\\u{2028}\\u{2029}"],
    ["abc\u202egnp.exe", "abc\\u{202e}gnp.exe"],
    ["a\u00a0b\u3000c\u200bd\u3164e\u2800f", "a\\u{a0}b\\u{3000}c\\u{200b}d\\u{3164}e\\u{2800}f"],
    ["\u{e0041}\ud800\ue000", "\\u{e0041}\\u{d800}\\u{e000}"],
    ["::error::a ::b", "\\u{3a}:error::a ::b"],
    ["  ::error::a", "  \\u{3a}:error::a"],
    ["a ##[error]b ##vso[task.complete]", "a \\u{23}#[error]b \\u{23}#vso[task.complete]"],
    ["###[x", "#\\u{23}#[x"],
  ])("shows hidden and control characters in %j", (text, shown) => {
    expect(toPrintable(text)).toBe(shown);
  });

  it.each([
    "Grüße, “naïve” – 100 %",
    "日本語 한국어 עברית العربية हिन्दी",
    "e\u0301 😀 ∑ → ✓",
    "a::b # [x] ## y",
    'C:\\x "y"',
  ])("leaves %j unchanged", (text) => {
    expect([toPrintable(text), toPrintableLines(text), JSON.parse(toPrintableJson(text))]).toEqual([text, text, text]);
  });

  it("contains nothing to escape, whatever it is made from", () => {
    fc.assert(
      fc.property(anything, (text) => {
        const shown = toPrintable(text);
        expect(wrongWith(shown)).toEqual([]);
        expect(shown).not.toContain("\n");
        expect(toPrintable(shown)).toBe(shown);
      }),
    );
  });

  it("keeps intended line breaks, with each line printable", () => {
    expect(toPrintableLines("a\r\n\tb\n::error::c\n")).toBe("a\n  b\n\\u{3a}:error::c\n");
    fc.assert(
      fc.property(anything, (text) => {
        expect(wrongWith(toPrintableLines(text))).toEqual([]);
      }),
    );
  });
});

it("makes every text in data printable, keys too", () => {
  expect(toPrintableData({ "a\n": ["\u001b", { b: "\u202e" }], c: 1, d: null, e: undefined, f: true })).toEqual({
    "a\\n": ["\\u{1b}", { b: "\\u{202e}" }],
    c: 1,
    d: null,
    e: undefined,
    f: true,
  });
});

describe("printable JSON", () => {
  it("is the same value to a reader", () => {
    fc.assert(
      fc.property(fc.dictionary(anything, anything), (value) => {
        const json = toPrintableJson(value);
        expect(wrongWith(json)).toEqual([]);
        expect(json).not.toContain("\n");
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("is indented where that is asked for", () => {
    expect(toPrintableJson({ a: ["\u009b"] }, 2)).toBe('{\n  "a": [\n    "\\u009b"\n  ]\n}');
  });
});

it("quotes a piece of a text on one line, without half a surrogate pair", () => {
  expect([quote("a\nb"), quote("😀".repeat(61))]).toEqual(['"a\\nb"', `"${"😀".repeat(60)}…"`]);
});

/** Returns the character of a code, also a lone surrogate, which no text should contain. */
function unitOf(code: number): string {
  return String.fromCodePoint(code);
}
