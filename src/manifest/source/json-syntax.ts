import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import type { ProblemCode } from "../codes.ts";
import { quote } from "../problem.ts";
import { mergeConflict } from "../text.ts";

/** Why a text does not stand for exactly one JSON value. */
export interface Flaw {
  readonly code: ProblemCode;
  /** In UTF-16 code units from the start of the text. */
  readonly offset: number;
  readonly what: string;
  readonly next: string;
}

/** Finds the first thing that keeps a text from being JSON, and says what it is. */
export function syntaxFlaw(text: string): Flaw {
  const marker = conflictMarker.exec(text);
  if (marker !== null) return { code: "MERGE_CONFLICT", offset: marker.index, ...mergeConflict };
  let found: ParseError | undefined;
  try {
    const errors: ParseError[] = [];
    parse(text, errors, { disallowComments: true });
    found = errors[0];
  } catch (error) {
    // It recurses, so what is nested without bounds has no better place.
    if (!(error instanceof RangeError)) throw error;
  }
  const { offset, what, next } = found === undefined ? unclear : explain(found, text);
  return { code: "DATA_NOT_JSON", offset, what, next };
}

/** Whether a text that is not JSON is the beginning of a value that goes on: there is nothing against it but its end. */
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

/** A line with which Git marks a conflict; in JSON none of them can be meant. */
const conflictMarker = /^(?:<{7}|={7}|>{7}|\|{7})(?: .*)?\r?$/m;

interface Finding {
  readonly offset: number;
  readonly what: string;
  readonly next: string;
}

const correct = "Correct the JSON here.";
const unclear: Finding = { offset: 0, what: "this is not JSON", next: correct };

/** By the names that the parser has for its errors. */
const words: Readonly<Record<string, string>> = {
  PropertyNameExpected: "a key in double quotes is missing here",
  ValueExpected: "a value is missing here",
  ColonExpected: "a colon is missing here",
  CommaExpected: "a comma is missing here",
  CloseBraceExpected: "a } is missing here",
  CloseBracketExpected: "a ] is missing here",
  EndOfFileExpected: "there is more than one value",
  InvalidCommentToken: "JSON has no comments",
  UnexpectedEndOfComment: "JSON has no comments",
  UnexpectedEndOfNumber: "a number of JSON has digits behind its point and its e",
  UnexpectedEndOfString: "the text that begins here has no end",
  InvalidUnicode: "the text that begins here has a \\u without four hexadecimal digits",
  InvalidEscapeCharacter: "the text that begins here has an escape that JSON does not know",
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
      return { offset: comma, what: "a comma stands here with nothing behind it", next: "Remove the comma." };
    }
    case "EndOfFileExpected": {
      const character = text[offset] ?? "";
      if (character === ",") return { offset, what: "a comma stands behind the value", next: "Remove the comma." };
      if (!/[}\]]/.test(character)) break;
      return { offset, what: `a ${character} stands here that closes nothing`, next: correct };
    }
    case "CommaExpected":
      if (/\d/.test(text[offset] ?? "") && /[:,[\s]-?0$/.test(text.slice(0, offset))) {
        const next = "Write the number without it, or put it in quotes, so that it is text.";
        return { offset: offset - 1, what: "a number of JSON does not begin with a zero", next };
      }
  }
  return { offset, what: words[kind] ?? unclear.what, next: correct };
}

/** Something that is neither a value nor punctuation. */
function explainSymbol(text: string, offset: number, length: number): Finding {
  const rest = text.slice(offset);
  const character = String.fromCodePoint(rest.codePointAt(0) ?? 0);
  const named = nameOfCharacter(character);
  if (named !== undefined) return { offset, what: `${named} stands here`, next: "Remove it." };
  const word = /^-?[a-z]\w*/i.exec(rest)?.[0] ?? "";
  if (/^-?(?:nan|inf|infinity)$/i.test(word)) {
    return { offset, what: `${quote(word)} is not a JSON number`, next: "Write null, or leave the key out." };
  }
  const meant = /^(?:true|false|null)$/i.test(word) ? word.toLowerCase() : otherWords[word];
  if (meant !== undefined) {
    return { offset, what: `${quote(word)} is not a JSON literal`, next: `Write ${meant}.` };
  }
  if (/^["'`]/.test(character) || quotes.includes(character)) {
    return { offset, what: `${character} is not a quote in JSON`, next: 'Write " in its place.' };
  }
  if (character === "#") return { offset, what: "JSON has no comments", next: "Remove the comment." };
  const number = /^[+.\w]\w*[+.]?\w*/.exec(text.slice(numberStart(text, offset)))?.[0] ?? "";
  if (/^[+.\d]/.test(number) && /\d/.test(number) && /[+.\w]/.test(character)) {
    const next = "Write the number as JSON does, or put it in quotes, so that it is text.";
    return { offset: numberStart(text, offset), what: `${quote(number)} is not how JSON writes a number`, next };
  }
  if (word !== "") {
    return { offset, what: `${quote(word)} has no quotes`, next: "Put texts and keys in double quotes." };
  }
  return { offset, what: `${quote(rest.slice(0, length))} is not JSON`, next: correct };
}

/** Where the number begins in which, or behind which, something is not right. */
function numberStart(text: string, offset: number): number {
  const before = /[\d.]+$/.exec(text.slice(Math.max(0, offset - 30), offset));
  return offset - (before?.[0].length ?? 0);
}

const otherWords: Readonly<Record<string, string>> = {
  True: "true",
  False: "false",
  None: "null",
  nil: "null",
  undefined: "null, or leave the key out",
};

const quotes = "‘’‚“”„«»‹›";

/** A control character, which a text of JSON has as an escape alone. */
function explainControl(text: string, start: number): Finding {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are looked for
  const offset = start + Math.max(0, text.slice(start).search(/[\u0000-\u001f]/));
  const character = text[offset] ?? "";
  const name = character === "\t" ? "a tab" : (nameOfCharacter(character) ?? "a control character");
  const escaped = JSON.stringify(character).slice(1, -1);
  return { offset, what: `${name} stands in a text`, next: `Write it as ${escaped}.` };
}

const characters: Readonly<Record<string, string>> = {
  "\uFEFF": "a byte order mark",
  "\u00A0": "a no-break space",
  "\u202F": "a narrow no-break space",
  "\u200B": "a zero width space",
  "\u0000": "a NUL character",
  "\u001E": "a record separator, as JSON text sequences have it",
  "\u001A": "a character that ends files of DOS",
};

/** A character that cannot be seen, or that looks like a plain space; undefined for any other. */
function nameOfCharacter(character: string): string | undefined {
  if (!/[\p{C}\p{Z}]/u.test(character)) return undefined;
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  const name = characters[character];
  return name === undefined ? `the character ${code}` : `${name} (${code})`;
}
