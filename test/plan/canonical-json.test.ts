import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalText } from "../../src/plan/canonical-json.ts";
import { digestText } from "../../src/plan/index.ts";
import type { JsonValue } from "../../src/types.ts";

const key = fc.oneof(
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.constantFrom(
    "__proto__",
    "toString",
    "b",
    "a",
    "10",
    "9",
    "01",
    "4294967295",
    "-1",
    "1.5",
    "é",
    "\u{1f600}",
    "\ufb33",
  ),
);
const { value: json } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "binary", maxLength: 6 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(null, true, false, -0, 1e21, 5e-324),
    fc.array(tie("value"), { maxLength: 4 }),
    // Parsed, so that a key "__proto__" becomes an own property.
    fc
      .array(fc.tuple(key, tie("value")), { maxLength: 5 })
      .map((entries) => JSON.parse(`{${entries.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`)}}`)),
  ),
}));

it("writes what the reference implementation writes, and leaves the value unchanged", () => {
  fc.assert(
    fc.property(json, (value) => {
      const before = JSON.stringify(value);
      expect(canonicalText(value)).toBe(canonicalize(value));
      expect(canonicalText(value, JSON.stringify(value))).toBe(canonicalize(value));
      expect(JSON.stringify(value)).toBe(before);
    }),
    { numRuns: 2_000 },
  );
});

it.each([[{ a: Number.NaN }], [["\ud800"]], [{ "\udc00": 1 }], [undefined], [[1n]]])(
  "refuses what JSON does not have: %o",
  (value) => {
    expect(() => canonicalText(value as unknown as JsonValue)).toThrow();
  },
);

it("cuts a digest to 128 bits", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const bytes = createHash("sha256").update(text).digest().subarray(0, 16);
      expect(digestText(text)).toBe(`v1:${bytes.toString("base64url")}`);
    }),
  );
});
