/**
 * How Pulumi's YAML parser reads a plain scalar. The parser is gopkg.in/yaml.v3, which accepts more numbers and dates than YAML
 * 1.2: `01234` is 668, `1_000` is 1000.
 *
 * Source: https://github.com/go-yaml/yaml/blob/v3.0.1/resolve.go
 */
export type EngineScalar =
  /** `true` or `false`, a text, or a number as Pulumi writes it in JSON. */
  | { readonly kind: "boolean" | "text" | "number"; readonly text: string }
  | { readonly kind: "null" }
  /** A date, which Go formats with the name of the time zone, depending on the machine. */
  | { readonly kind: "date" }
  /** Infinity or NaN, with which Pulumi fails. */
  | { readonly kind: "refused" };

export function parsePlainScalar(source: string): EngineScalar {
  if (/^(?:~|null|Null|NULL)?$/.test(source)) return { kind: "null" };
  if (/^(?:true|True|TRUE|false|False|FALSE)$/.test(source)) return { kind: "boolean", text: source.toLowerCase() };
  if (/^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/.test(source)) return { kind: "refused" };
  if (isDate(source)) return { kind: "date" };
  const number = /^[-+.\d]/.test(source) ? parseNumber(source.replaceAll("_", "")) : undefined;
  return number === undefined ? { kind: "text", text: source } : { kind: "number", text: number };
}

function parseNumber(plain: string): string | undefined {
  const integer = parseInteger(plain);
  if (integer !== undefined) return String(integer);
  if (!/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? String(value === 0 ? 0 : value) : undefined;
}

/** Parses an integer as Go does: the prefix selects the base, a plain leading 0 is octal, and the result must fit in 64 bits. */
function parseInteger(plain: string): bigint | undefined {
  const [, sign = "", digits = ""] = /^([-+]?)(0[bB][01]+|0[oO]?[0-7]+|0[xX][\da-fA-F]+|0|[1-9]\d*)$/.exec(plain) ?? [];
  if (digits === "") return undefined;
  const magnitude = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
  const value = sign === "-" ? -magnitude : magnitude;
  // Numbers without a sign may use the unsigned range.
  const most = sign === "" ? 2n ** 64n : 2n ** 63n;
  return value >= -(2n ** 63n) && value < most ? value : undefined;
}

const dateForm =
  /^\d{4}-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d{1,9})?(?:Z|[-+]\d\d:\d\d)| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d{1,9})?)?$/;

function isDate(source: string): boolean {
  const [, month, day, ...time] = (dateForm.exec(source) ?? []).map(Number);
  if (month === undefined || day === undefined) return false;
  const days = new Date(Date.UTC(Number(source.slice(0, 4)), month, 0)).getUTCDate();
  const [hour = 0, minute = 0, second = 0] = time.filter((part) => !Number.isNaN(part));
  return month >= 1 && month <= 12 && day >= 1 && day <= days && hour < 24 && minute < 60 && second < 60;
}
