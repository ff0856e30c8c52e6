import { isExactNumber } from "../json/exact-number.ts";

/** A number in a schema that a double cannot represent, such as 9223372036854775807. */
export class InexactNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** Maximum characters of a number in a schema, to limit the time of arithmetic. */
export const maxDigits = 1_000;

/** Parses JSON with exact numbers: doubles, or {@link InexactNumber}. @throws SyntaxError */
export function parseNumbersExactly(text: string): unknown {
  const revive = (_key: string, value: unknown, context?: { readonly source?: string }) => {
    if (typeof value !== "number" || context?.source === undefined) return value;
    if (value === 0) return isZero(context.source) ? 0 : new InexactNumber(context.source);
    return isExactNumber(context.source) ? value : new InexactNumber(context.source);
  };
  return JSON.parse(text, revive);
}

function isZero(source: string): boolean {
  return /^-?0*(?:\.0*)?(?:$|e)/i.test(source);
}

/** The number `digits` * 10 ** `exponent`. */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

function parseDecimal(number: number | InexactNumber): Decimal {
  const text = typeof number === "number" ? String(number) : number.source;
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

/** Compares two numbers: less than 0 if `a` is less than `b`, 0 if they are equal, otherwise more than 0. */
export function compareNumbers(a: number, b: number | InexactNumber): number {
  if (typeof b === "number") return a - b;
  return compareDecimals(parseDecimal(a), parseDecimal(b));
}

function compareDecimals(a: Decimal, b: Decimal): number {
  const [signA, signB] = [sign(a.digits), sign(b.digits)];
  if (signA !== signB || signA === 0) return signA - signB;
  // By the position of the first digit, to avoid computing large powers of ten.
  const [sizeA, sizeB] = [magnitude(a), magnitude(b)];
  if (sizeA !== sizeB) return (sizeA - sizeB) * signA;
  const least = Math.min(a.exponent, b.exponent);
  const [left, right] = [a.digits * 10n ** BigInt(a.exponent - least), b.digits * 10n ** BigInt(b.exponent - least)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function sign(digits: bigint): number {
  return digits < 0n ? -1 : digits > 0n ? 1 : 0;
}

function magnitude({ digits, exponent }: Decimal): number {
  return String(digits).replace("-", "").length + exponent;
}

/** Reports whether a number is an integer multiple of another, both as decimals. */
export function isMultipleOf(number: number, divisor: number | InexactNumber): boolean {
  const a = parseDecimal(number);
  const b = parseDecimal(divisor);
  if (a.digits === 0n) return true;
  if (b.digits === 0n) return false;
  const modulus = b.digits < 0n ? -b.digits : b.digits;
  const shift = a.exponent - b.exponent;
  if (shift >= 0) return (a.digits * powerOfTen(shift, modulus)) % modulus === 0n;
  // The divisor is larger by that power of ten, and a number is never a multiple of a larger one.
  if (-shift > magnitude({ ...a, exponent: 0 })) return false;
  return a.digits % (modulus * 10n ** BigInt(-shift)) === 0n;
}

/** Computes a power of ten modulo a number, because the power for a tiny divisor may have millions of digits. */
function powerOfTen(exponent: number, modulus: bigint): bigint {
  let result = 1n % modulus;
  let base = 10n % modulus;
  for (let rest = BigInt(exponent); rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
  }
  return result;
}
