/** The format of a JSON number (RFC 8259, section 6). */
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Up to 15 digits always survive as a double. */
const surelyExact = /^(?:-?[1-9]\d{0,14}|0)$/;

/**
 * Reports whether every JSON parser reads the same number: the text is a JSON number, and a double represents the decimal exactly.
 * `-0`, `007`, `0x1F`, `1e999` and `12345678901234567890` do not pass; `1.50` and `1e3` do.
 */
export function isExactNumber(text: string): boolean {
  if (surelyExact.test(text)) return true;
  if (!jsonNumber.test(text)) return false;
  const value = Number(text);
  if (!Number.isFinite(value) || Object.is(value, -0)) return false;
  return decimal(text) === decimal(String(value));
}

/** Normalizes a decimal to sign, digits and exponent: `-1.50e3` is `-15e2`. */
function decimal(text: string): string {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const sign = mantissa.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const digits = (whole + fraction).replace(/^0+/, "");
  const trimmed = digits.replace(/0+$/, "");
  if (trimmed === "") return "0e0";
  // An exponent of more digits than a double has cannot belong to a finite number other than zero.
  return `${sign}${trimmed}e${Number(exponent) - fraction.length + (digits.length - trimmed.length)}`;
}
