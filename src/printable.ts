import { cut } from "./figures.ts";

/**
 * What a terminal obeys, what breaks a line, what turns the order of the text around it, and what is not seen: control and
 * format characters, line and paragraph separators, halves of characters, private ones, spaces that are not the space, and
 * characters without a glyph.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/**
 * What runners of pipelines obey in a log: `::error::` at the beginning of a line, `##[error]` and `##vso[…]` anywhere.
 *
 * Sources: actions/runner, src/Runner.Common/ActionCommand.cs; Azure Pipelines, logging commands.
 */
const commands = [/^(\s*):(?=:)/u, /#(?=#[a-z]*\[)/giu] as const;

/**
 * Makes one line of any text that comes from outside: what is hidden in it, or would be obeyed, is shown as an escape such as
 * `\u{1b}`. Everything that reaches a terminal, a log or a page goes through here.
 */
export function printable(text: string): string {
  return text
    .replace(hidden, (found) => (found === "\n" ? "\\n" : found === "\t" ? "\\t" : escaped(found)))
    .replace(commands[0], (_, space: string) => `${space}${escaped(":")}`)
    .replace(commands[1], escaped);
}

/** Does the same for a text of several lines, which stay lines. */
export function printableLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => printable(line.replaceAll("\t", "  ")))
    .join("\n");
}

/** Makes every text in plain data printable, so that whatever is written of it is. */
export function printableData<Data>(data: Data): Data {
  return mapped(data) as Data;
}

function mapped(value: unknown): unknown {
  if (typeof value === "string") return printable(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(mapped);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [printable(key), mapped(inner)]));
}

/**
 * Writes JSON that a terminal or a log shows as it is: what is hidden, or would be obeyed, stands there in JSON's own escapes,
 * so that a reader gets the same value.
 *
 * @param indent spaces of a level; without it the JSON is one line
 */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent)
    .replace(hidden, (found) => (found === "\n" ? found : jsonEscaped(found)))
    .replace(commands[1], jsonEscaped);
}

/** Characters of a quoted piece of somebody's text; the place says where the rest is. */
const quoteLength = 60;

/** Somebody's text inside a sentence for people: printable, in double quotes, cut. */
export function quote(text: string): string {
  const first = cut(text, quoteLength);
  return `"${printable(first)}${first.length < text.length ? "…" : ""}"`;
}

function escaped(found: string): string {
  return `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`;
}

function jsonEscaped(found: string): string {
  const units = found.split("");
  return units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}
