import { truncate } from "./format.ts";

/**
 * What a terminal obeys, what breaks a line, what turns the order of the text around it, and what is not seen: control and
 * format characters, line and paragraph separators, halves of characters, private ones, spaces that are not the space, and
 * characters without a glyph.
 */
const hiddenCharacters = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

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
export function toPrintable(text: string): string {
  return text
    .replace(hiddenCharacters, (found) => (found === "\n" ? "\\n" : found === "\t" ? "\\t" : escapeMatch(found)))
    .replace(commands[0], (_, space: string) => `${space}${escapeMatch(":")}`)
    .replace(commands[1], escapeMatch);
}

/** Does the same for a text of several lines, which stay lines. */
export function toPrintableLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => toPrintable(line.replaceAll("\t", "  ")))
    .join("\n");
}

/** Makes every text in plain data printable, so that whatever is written of it is. */
export function toPrintableData<Data>(data: Data): Data {
  return mapTexts(data) as Data;
}

function mapTexts(value: unknown): unknown {
  if (typeof value === "string") return toPrintable(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(mapTexts);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [toPrintable(key), mapTexts(inner)]));
}

/**
 * Writes JSON that a terminal or a log shows as it is: what is hidden, or would be obeyed, stands there in JSON's own escapes,
 * so that a reader gets the same value.
 *
 * @param indent spaces of a level; without it the JSON is one line
 */
export function toPrintableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent)
    .replace(hiddenCharacters, (found) => (found === "\n" ? found : escapeJson(found)))
    .replace(commands[1], escapeJson);
}

/** Characters of a quoted piece of somebody's text; the place says where the rest is. */
const quoteLength = 60;

/** Somebody's text inside a sentence for people: printable, in double quotes, cut. */
export function quote(text: string): string {
  const first = truncate(text, quoteLength);
  return `"${toPrintable(first)}${first.length < text.length ? "…" : ""}"`;
}

function escapeMatch(found: string): string {
  return `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`;
}

function escapeJson(found: string): string {
  const units = found.split("");
  return units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}
