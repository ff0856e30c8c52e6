import { truncate } from "./format.ts";

/**
 * Characters that a terminal interprets, that break lines, change the text direction, or are invisible: control and format
 * characters, line and paragraph separators, lone surrogates, private use characters, spaces other than U+0020, and characters
 * without a glyph.
 */
const hiddenCharacters = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/**
 * Workflow commands of pipeline runners: `::error::` at the beginning of a line, `##[error]` and `##vso[…]` anywhere.
 *
 * Sources: actions/runner, src/Runner.Common/ActionCommand.cs; Azure Pipelines, logging commands.
 */
const commands = [/^(\s*):(?=:)/u, /#(?=#[a-z]*\[)/giu] as const;

/**
 * Converts any external text to one safe line: hidden characters and commands are shown as escapes such as `\u{1b}`. Use it for
 * everything that is written to a terminal, a log or a page.
 */
export function toPrintable(text: string): string {
  return text
    .replace(hiddenCharacters, (found) => (found === "\n" ? "\\n" : found === "\t" ? "\\t" : escapeMatch(found)))
    .replace(commands[0], (_, space: string) => `${space}${escapeMatch(":")}`)
    .replace(commands[1], escapeMatch);
}

/** Like {@link toPrintable}, but keeps line breaks. */
export function toPrintableLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => toPrintable(line.replaceAll("\t", "  ")))
    .join("\n");
}

/** Makes every text in plain data printable. */
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
 * Writes JSON that is safe for a terminal or a log: hidden characters and commands are written as JSON escapes, so that a parser
 * gets the same value.
 *
 * @param indent spaces per level; without it, the JSON is one line
 */
export function toPrintableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent)
    .replace(hiddenCharacters, (found) => (found === "\n" ? found : escapeJson(found)))
    .replace(commands[1], escapeJson);
}

/** Maximum characters of a quotation; the location shows where the rest is. */
const quoteLength = 60;

/** Quotes an external text for a message: printable, in double quotes, truncated. */
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
