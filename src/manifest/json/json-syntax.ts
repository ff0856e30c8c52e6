import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import { mergeConflict } from "../files/text-file.ts";
import { quote } from "../problem/problem.ts";
import type { ProblemCode } from "../problem/problem-codes.ts";

/** Why a text is not exactly one JSON value. */
export interface JsonSyntaxError {
  readonly code: ProblemCode;
  /** In UTF-16 code units from the start of the text. */
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
}

/** Finds and describes the first JSON syntax error of a text. */
export function explainSyntaxError(text: string): JsonSyntaxError {
  const marker = conflictMarker.exec(text);
  if (marker !== null) return { code: "MERGE_CONFLICT", offset: marker.index, ...mergeConflict };
  let found: ParseError | undefined;
  try {
    const errors: ParseError[] = [];
    parse(text, errors, { disallowComments: true });
    found = errors[0];
  } catch (error) {
    // The parser recurses, so excessive nesting has no better location.
    if (!(error instanceof RangeError)) throw error;
  }
  const { offset, message, hint } = found === undefined ? unclear : explain(found, text);
  return { code: "DATA_NOT_JSON", offset, message, hint };
}

/** Reports whether a text is only the beginning of a JSON value: it has no error except that it ends too early. */
export function isUnfinished(text: string): boolean {
  const errors: ParseError[] = [];
  try {
    parse(text, errors, { disallowComments: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return false;
  }
  const end = text.trimEnd().length;
  return errors.length > 0 && errors.every(({ offset }) => offset >= end);
}

/** A line with which Git marks a conflict; none of them is valid JSON. */
const conflictMarker = /^(?:<{7}|={7}|>{7}|\|{7})(?: .*)?\r?$/m;

interface Finding {
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
}

const corrections = "Correct the JSON here.";
const unclear: Finding = { offset: 0, message: "this is not JSON", hint: corrections };

/** Descriptions by the parser's error names. */
const valueWords: Readonly<Record<string, string>> = {
  PropertyNameExpected: "a key in double quotes is missing here",
  ValueExpected: "a value is missing here",
  ColonExpected: "a colon is missing here",
  CommaExpected: "a comma is missing here",
  CloseBraceExpected: "a } is missing here",
  CloseBracketExpected: "a ] is missing here",
  EndOfFileExpected: "there is more than one value",
  InvalidCommentToken: "JSON has no comments",
  UnexpectedEndOfComment: "JSON has no comments",
  UnexpectedEndOfNumber: "a JSON number needs digits after its point and its e",
  UnexpectedEndOfString: "the text that begins here has no end",
  InvalidUnicode: "the text that begins here has a \\u without four hexadecimal digits",
  InvalidEscapeCharacter: "the text that begins here has an escape that JSON does not define",
};

function explain({ error, offset, length }: ParseError, text: string): Finding {
  const kind = printParseErrorCode(error);
  switch (kind) {
    case "InvalidSymbol":
      return explainSymbol(text, offset, length);
    case "InvalidCharacter":
      return explainControl(text, offset);
    case "PropertyNameExpected":
    case "ValueExpected": {
      const comma = text.slice(0, offset).trimEnd().length - 1;
      if (text[comma] !== "," || !/^[}\]]/.test(text.slice(offset))) break;
      return { offset: comma, message: "a trailing comma", hint: "Remove the comma." };
    }
    case "EndOfFileExpected": {
      const character = text[offset] ?? "";
      if (character === ",") return { offset, message: "a comma after the value", hint: "Remove the comma." };
      if (!/[}\]]/.test(character)) break;
      return { offset, message: `unmatched ${character}`, hint: corrections };
    }
    case "CommaExpected":
      if (/\d/.test(text[offset] ?? "") && /[:,[\s]-?0$/.test(text.slice(0, offset))) {
        const hint = "Remove the zero, or quote the number if it is text.";
        return { offset: offset - 1, message: "a JSON number cannot begin with a zero", hint };
      }
  }
  return { offset, message: valueWords[kind] ?? unclear.message, hint: corrections };
}

/** Describes a symbol that is neither a value nor punctuation. */
function explainSymbol(text: string, offset: number, length: number): Finding {
  const rest = text.slice(offset);
  const character = String.fromCodePoint(rest.codePointAt(0) ?? 0);
  const named = describeCharacter(character);
  if (named !== undefined) return { offset, message: `${named} is not allowed here`, hint: "Remove it." };
  const word = /^-?[a-z]\w*/i.exec(rest)?.[0] ?? "";
  if (/^-?(?:nan|inf|infinity)$/i.test(word)) {
    return { offset, message: `${quote(word)} is not a JSON number`, hint: "Write null, or omit the key." };
  }
  const meant = /^(?:true|false|null)$/i.test(word) ? word.toLowerCase() : otherWords[word];
  if (meant !== undefined) {
    return { offset, message: `${quote(word)} is not a JSON literal`, hint: `Write ${meant}.` };
  }
  if (/^["'`]/.test(character) || quotes.includes(character)) {
    return { offset, message: `${character} is not a quote in JSON`, hint: 'Write " instead.' };
  }
  if (character === "#") return { offset, message: "JSON has no comments", hint: "Remove the comment." };
  const number = /^[+.\w]\w*[+.]?\w*/.exec(text.slice(numberStart(text, offset)))?.[0] ?? "";
  if (/^[+.\d]/.test(number) && /\d/.test(number) && /[+.\w]/.test(character)) {
    const hint = "Write the number in JSON notation, or quote it if it is text.";
    return { offset: numberStart(text, offset), message: `${quote(number)} is not a valid JSON number`, hint };
  }
  if (word !== "") {
    return { offset, message: `${quote(word)} has no quotes`, hint: "Put texts and keys in double quotes." };
  }
  return { offset, message: `${quote(rest.slice(0, length))} is not JSON`, hint: corrections };
}

/** Returns the start of a number with an error in it or after it. */
function numberStart(text: string, offset: number): number {
  const before = /[\d.]+$/.exec(text.slice(Math.max(0, offset - 30), offset));
  return offset - (before?.[0].length ?? 0);
}

const otherWords: Readonly<Record<string, string>> = {
  True: "true",
  False: "false",
  None: "null",
  nil: "null",
  undefined: "null, or omit the key",
};

const quotes = "‘’‚“”„«»‹›";

/** Describes a control character, which a JSON text may only contain as an escape. */
function explainControl(text: string, start: number): Finding {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression searches for them
  const offset = start + Math.max(0, text.slice(start).search(/[\u0000-\u001f]/));
  const character = text[offset] ?? "";
  const name = character === "\t" ? "a tab" : (describeCharacter(character) ?? "a control character");
  const escaped = JSON.stringify(character).slice(1, -1);
  return { offset, message: `${name} is not allowed in a text`, hint: `Write it as ${escaped}.` };
}

const characters: Readonly<Record<string, string>> = {
  "\uFEFF": "a byte order mark",
  "\u00A0": "a no-break space",
  "\u202F": "a narrow no-break space",
  "\u200B": "a zero width space",
  "\u0000": "a NUL character",
  "\u001E": "a record separator, as JSON text sequences have it",
  "\u001A": "a DOS end-of-file character",
};

/** Names a character that is invisible or looks like a space; undefined for any other. */
function describeCharacter(character: string): string | undefined {
  if (!/[\p{C}\p{Z}]/u.test(character)) return undefined;
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  const name = characters[character];
  return name === undefined ? `the character ${code}` : `${name} (${code})`;
}
