import { toPrintable } from "../../printable.ts";

/** Maximum number of characters of a comment on GitHub. Source: https://docs.github.com/en/rest/issues/comments */
export const commentCharacters = 65_536;

/** Returns the first texts that fit into `room` characters together. */
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

/** Formats untrusted text as inline code, so that it cannot contain links or mentions, or end the code. */
export function formatCode(text: string): string {
  const line = toPrintable(text);
  const ticks = "`".repeat(1 + longestRun(line));
  const padding = /^`|`$/.test(line) ? " " : "";
  return `${ticks}${padding}${line}${padding}${ticks}`;
}

/** Formats text as inline code in a table cell, where a bar would end the cell even inside code. */
export function escapeCell(text: string): string {
  return formatCode(text.replaceAll("|", "\\|"));
}

/** Formats a code block whose fence is longer than any run of backticks in the text. */
export function fenceCode(text: string): string {
  const fence = "`".repeat(Math.max(3, 1 + longestRun(text)));
  return `${fence}text\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}

/** Escapes text inside HTML that GitHub accepts in Markdown. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  // A zero-width space after @ prevents mentions.
  return toPrintable(text)
    .replace(/[&<>"]/g, (found) => entities[found] ?? found)
    .replaceAll("@", "@&#8203;");
}
