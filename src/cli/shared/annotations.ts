import { toPrintable, toPrintableLines } from "../../printable.ts";
import type { SourceLocation } from "../../types.ts";

/**
 * Formats an annotation for GitHub Actions.
 *
 * Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function annotation(
  severity: "error" | "warning" | "notice",
  title: string,
  text: string,
  location?: SourceLocation,
): string {
  const at =
    location === undefined ? "" : `file=${property(location.file)},line=${location.line},col=${location.column},`;
  return `::${severity} ${at}title=${property(title)}::${data(text)}\n`;
}

function data(text: string): string {
  return toPrintableLines(text).replaceAll("%", "%25").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(toPrintable(text)).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
