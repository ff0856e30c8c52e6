import type { Node, Scalar } from "yaml";
import type { JsonValue } from "../../types.ts";
import { isExactNumber } from "../json/exact-number.ts";
import { quote } from "../problem/problem.ts";
import type { ProblemCode } from "../problem/problem-codes.ts";

/** Reports a problem at a node, or at an offset of the file. */
export type OnNodeProblem = (code: ProblemCode, at: Node | number, message: string, hint: string) => void;

/** Words that YAML 1.1 parses as true and false. */
const ambiguous = /^(?:yes|no|on|off)$/i;

/**
 * Texts that YAML 1.1 parses as numbers: grouped digits, binary, hours and minutes as base 60. Numbers of YAML 1.2 are not texts and
 * not affected. Dates are excluded, because they are sent verbatim.
 *
 * Source: https://yaml.org/type/int.html, https://yaml.org/type/float.html
 */
const confusableWords =
  /^[-+]?(?:0b[01_]+|0x[\da-f_]+|\d[\d_]*(?:\.[\d_]*)?(?:e[-+]\d+)?|\.\d[\d_]*(?:e[-+]\d+)?|[1-9][\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?)$/i;

/** A number whose spelling contains more than its value: a trailing zero of a fraction, or an exponent. */
const hasSpelling = /\.\d*0(?:e|$)|e/i;

/** Converts a scalar to the value that it has in YAML 1.2, and reports what JSON, or older YAML, reads as something else. */
export function convertScalar(node: Scalar, onProblem: OnNodeProblem): JsonValue {
  const { value, source } = node;
  if (typeof value === "string") {
    if (node.type === "PLAIN" && node.tag === undefined) warnOfWord(node, value, onProblem);
    return checkText(node, value, onProblem);
  }
  if (typeof value === "number") {
    if (node.type === "PLAIN" && source !== undefined && isExactNumber(source)) {
      if (hasSpelling.test(source)) warnOfSpelling(node, source, value, onProblem);
      return value;
    }
    const what = Number.isFinite(value)
      ? `${quote(source ?? "")} is a number that would be sent as ${Object.is(value, -0) ? "0" : value}`
      : `${quote(source ?? "")} is not a number that JSON can represent`;
    onProblem("NUMBER_NOT_EXACT", node, what, "Quote it if it is text; otherwise write it in JSON notation.");
    return Number.isFinite(value) ? value : 0;
  }
  if (value === null && node.source === "") return convertEmpty(node, onProblem);
  if (value === null || typeof value === "boolean") return value;
  throw new Error(`the YAML library made a ${typeof value} of ${quote(source ?? "")}`);
}

function warnOfWord(node: Scalar, word: string, onProblem: OnNodeProblem): void {
  if (ambiguous.test(word)) {
    const what = `${quote(word)} is text here, but older YAML parses it as true or false`;
    onProblem("AMBIGUOUS_WORD", node, what, `Write ${/^(?:yes|on)$/i.test(word)}, or "${word}" in quotes.`);
  } else if (confusableWords.test(word)) {
    const what = `${quote(word)} is text here, but older YAML parses it as a number`;
    const next = "Quote it if it is text; otherwise write the number in JSON notation.";
    onProblem("AMBIGUOUS_WORD", node, what, next);
  }
}

function warnOfSpelling(node: Scalar, source: string, value: number, onProblem: OnNodeProblem): void {
  const keepsSpelling = String(value) === source;
  const what = `${quote(source)} is ${keepsSpelling ? "a number" : `the number ${value}, which loses its spelling`}`;
  const number = hasSpelling.test(String(value)) ? "allow the warning if it is a number" : `otherwise write ${value}`;
  const next = `Quote it if it is text, such as a version or a commit; ${number}.`;
  onProblem("NUMBER_SPELLING", node, what, next);
}

/** Reports a value that is missing. @param node the key, or the empty value */
export function convertEmpty(node: Node, onProblem: OnNodeProblem): null {
  onProblem(
    "EMPTY_VALUE",
    node,
    "the value is missing",
    'Write a value: null, "", [] or {} if it is meant to be empty.',
  );
  return null;
}

/** Returns a text, and reports it if it is not Unicode. */
export function checkText(node: Scalar, text: string, onProblem: OnNodeProblem): string {
  if (!text.isWellFormed()) {
    const what = "the text contains half of a surrogate pair, which UTF-8 cannot encode";
    onProblem("TEXT_NOT_UNICODE", node, what, "Write the whole character, or remove the escape.");
  }
  return text;
}
