import { toPrintable } from "../../printable.ts";

/** Characters that a comment on GitHub may have. https://docs.github.com/en/rest/issues/comments */
export const commentCharacters = 65_536;

/** As many of the texts, from the first, as fit. */
export function fitInto(texts: readonly string[], room: number): string[] {
  const shown: string[] = [];
  let left = room;
  for (const text of texts) {
    left -= text.length;
    if (left < 0) break;
    shown.push(text);
  }
  return shown;
}

/** Somebody's text, of which nothing is Markdown: no link, no mention, no end of the code. */
export function formatCode(text: string): string {
  const line = toPrintable(text);
  const ticks = "`".repeat(1 + longestRun(line));
  const padding = /^`|`$/.test(line) ? " " : "";
  return `${ticks}${padding}${line}${padding}${ticks}`;
}

/** In a table a bar ends the cell, inside of code too. */
export function escapeCell(text: string): string {
  return formatCode(text.replaceAll("|", "\\|"));
}

/** A block of code that no text ends. */
export function fenceCode(text: string): string {
  const fence = "`".repeat(Math.max(3, 1 + longestRun(text)));
  return `${fence}text\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}

/** Text inside of HTML that GitHub takes in Markdown. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  // A zero-width space after @ keeps a name from calling somebody.
  return toPrintable(text)
    .replace(/[&<>"]/g, (found) => entities[found] ?? found)
    .replaceAll("@", "@&#8203;");
}
