import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isExactNumber } from "../../../src/manifest/json/exact-number.ts";

describe("isExactNumber", () => {
  it.each(["0", "-1", "1.50", "1e3", "1E+3", "0.1", "0.0", "123456789012345", "9007199254740992", "1e308", "5e-324"])(
    "accepts %s",
    (text) => {
      expect(isExactNumber(text)).toBe(true);
    },
  );

  it.each([
    ["-0", "its sign is lost"],
    ["-0.0", "its sign is lost"],
    ["007", "JSON has no leading zeros"],
    ["+1", "JSON has no plus"],
    [".5", "JSON wants a digit before the point"],
    ["1.", "JSON wants a digit behind the point"],
    ["0x1F", "JSON has no hexadecimal"],
    ["1e999", "it becomes infinity"],
    ["1e-999", "it becomes zero"],
    ["9007199254740993", "it is rounded to an even neighbour"],
    ["0.1000000000000000055511151231257827", "a double has fewer digits"],
    ["NaN", "it is not a number"],
    ["", "it is nothing"],
  ])("refuses %s: %s", (text) => {
    expect(isExactNumber(text)).toBe(false);
  });

  it("accepts every number that JSON can write, in any spelling", () => {
    const numbers = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));
    fc.assert(
      fc.property(numbers, fc.nat(20), (value, zeros) => {
        expect(isExactNumber(JSON.stringify(value))).toBe(true);
        expect(isExactNumber(value.toExponential())).toBe(true);
        if (Number.isInteger(value) && Math.abs(value) < 1e21) {
          expect(isExactNumber(`${JSON.stringify(value)}.${"0".repeat(zeros + 1)}`)).toBe(true);
        }
      }),
    );
  });

  it("accepts an integer exactly if JSON writes it with the same digits", () => {
    // A double represents 2 ** 60 exactly, yet JavaScript writes 1152921504606847000, which readers parse as another number.
    expect(isExactNumber(String(2n ** 60n))).toBe(false);
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 69n), max: 2n ** 69n }), (value) => {
        expect(isExactNumber(String(value))).toBe(JSON.stringify(Number(value)) === String(value));
      }),
    );
  });
});
