import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareNumbers, InexactNumber, isMultipleOf } from "../../../src/manifest/schema/decimal.ts";
import { refusedBy } from "../support/schema.ts";

describe("multipleOf", () => {
  it("takes every price of 0.01 to 100.00", async () => {
    const prices = Array.from({ length: 10_000 }, (_, cents) => ((cents + 1) / 100).toFixed(2).replace(/0$/, ""));
    expect(await refusedBy({ multipleOf: 0.01 }, ...prices)).toEqual([]);
  });

  it.each([
    ["0.01", ["1.13", "-1.13", "0", "1e300", "1e-2", "4.35", "19.99", "1.1e1"], ["0.015", "1e-3", "1.001", "-0.005"]],
    ["0.1", ["0.3", "1.1", "-2.7", "5", "1e21"], ["0.25", "0.01"]],
    ["1e-8", ["0.00000001", "12.12345678", "1"], ["1e-9", "0.123456789"]],
    ["1e2", ["300", "1e5", "0", "-100"], ["150", "1e1", "99.99"]],
    ["2.5", ["5", "7.5", "1e1"], ["6", "2.51"]],
    ["3", ["9007199254740990"], ["9007199254740991", "1e300"]],
    ["1e300", ["1e300", "3e300", "0"], ["1e299", "1", "1.5e300"]],
    ["1e-300", ["1e300", "0.1", "3e-300"], ["1.5e-300", "1e-301"]],
    ["5e-324", ["5e-324", "1.5e-323", "0"], []],
    ["0.30000000000000004", ["0.30000000000000004"], ["0.3"]],
    ["9223372036854775807", ["0"], ["1", "9007199254740992"]],
  ])("%s, however both are written", async (divisor, multiples, others) => {
    const refused = await refusedBy(`{ "multipleOf": ${divisor} }`, ...multiples, ...others);
    expect(refused).toEqual(others.map((_, index) => multiples.length + index));
  });

  it("is the arithmetic of decimals, for any", () => {
    const scaled = fc.tuple(fc.bigInt({ min: -(10n ** 6n), max: 10n ** 6n }), fc.integer({ min: 0, max: 8 }));
    const text = ([digits, places]: readonly [bigint, number]) => Number(`${digits}e-${places}`);
    fc.assert(
      fc.property(scaled, scaled, (a, b) => {
        fc.pre(b[0] !== 0n);
        const [left, right] = [a[0] * 10n ** BigInt(8 - a[1]), b[0] * 10n ** BigInt(8 - b[1])];
        return isMultipleOf(text(a), text(b)) === (left % right === 0n);
      }),
    );
  });

  it("needs no power of ten with all its digits", () => {
    expect(isMultipleOf(7, new InexactNumber("1e-99999999999"))).toBe(true);
    expect(isMultipleOf(7, new InexactNumber("1e99999999999"))).toBe(false);
  });
});

describe("bounds beyond 2^53", () => {
  const int64 = '{ "minimum": -9223372036854775808, "maximum": 9223372036854775807 }';
  const uint64 = '{ "minimum": 0, "maximum": 18446744073709551615 }';

  it.each([
    [int64, ["5", "9007199254740992", "9223372036854775000", "-9223372036854775000"], []],
    // These doubles are sent with exactly this text, which exceeds the bound by some hundreds.
    [int64, [], ["9223372036854776000", "-9223372036854776000", "1e19", "-1e300"]],
    [uint64, ["0", "18446744073709550000", "1e19"], ["18446744073709552000", "-1", "1e20"]],
    ['{ "exclusiveMaximum": 9007199254740993 }', ["9007199254740992"], ["9007199254740994"]],
    ['{ "exclusiveMinimum": 9007199254740993 }', ["9007199254740994"], ["9007199254740992"]],
    ['{ "maximum": 1e400, "minimum": -1e400 }', ["1e308", "-1e308"], []],
    ['{ "maximum": 0.1000000000000000000001 }', ["0.1"], ["0.10000000000000002"]],
    ['{ "exclusiveMinimum": 1e-400 }', ["5e-324"], ["0", "-5e-324"]],
  ])("are exact: %s", async (schema, good, bad) => {
    expect(await refusedBy(schema, ...good, ...bad)).toEqual(bad.map((_, index) => good.length + index));
  });

  it("are compared as decimals, for any", () => {
    const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.integer({ min: -30, max: 30 }));
    fc.assert(
      fc.property(fc.integer(), decimal, (number, [digits, exponent]) => {
        const least = Math.min(exponent, 0);
        const [left, right] = [BigInt(number) * 10n ** BigInt(-least), digits * 10n ** BigInt(exponent - least)];
        const sign = Math.sign(compareNumbers(number, new InexactNumber(`${digits}e${exponent}`)));
        return sign === (left < right ? -1 : left > right ? 1 : 0);
      }),
    );
  });

  it("never make a constant equal to the number next to it", async () => {
    const bodies = ["9007199254740992", "9007199254740994"];
    expect(await refusedBy('{ "const": 9007199254740993 }', ...bodies)).toEqual([0, 1]);
    expect(await refusedBy('{ "enum": [9007199254740993, 9007199254740994] }', ...bodies)).toEqual([0]);
  });

  it("leave a body that a double cannot hold refused", async () => {
    await expect(refusedBy(int64, "9223372036854775807")).rejects.toThrow("NUMBER_NOT_EXACT");
  });
});
