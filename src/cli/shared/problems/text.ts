import { closeSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { isFileError, openRegularFile } from "../../../file-error.ts";
import { formatCount } from "../../../format.ts";
import { codeFrame, formatLocation, isInsideProject, type LoadResult, type Problem } from "../../../manifest/index.ts";

/** Maximum bytes of a file that is read again to show a line. Larger files are data files: the line number suffices. */
const framedBytes = 5_000_000;

/** Formats problems as text: location, code, the line with a caret, and the hint. Colours honour NO_COLOR and pipes. */
export function toText(root: string, { problems, omitted, manifests, skipped }: LoadResult): string {
  const lines = lineReader(root);
  const parts = problems.map((found) => `${describe(found, lines)}\n\n`);
  const [errors, warnings] = (["error", "warning"] as const).map(
    (severity) => problems.filter((found) => found.severity === severity).length,
  );
  const more = omitted > 0 ? `; ${omitted} more are not shown` : "";
  const summary = `${formatCount(errors ?? 0, "error")}, ${formatCount(warnings ?? 0, "warning")} in ${formatCount(manifests.length + skipped.length, "valid manifest")}${more}\n`;
  return parts.join("") + summary;
}

function describe(
  { code, severity, location, message, hint }: Problem,
  lines: (file: string) => readonly string[],
): string {
  const colour = severity === "error" ? "red" : "yellow";
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream: process.stderr });
  const head = `${paint("bold", formatLocation(location))} ${paint(colour, `${severity} ${code}`)}: ${message}.`;
  const frame = codeFrame(location, (line) => lines(location.file)[line - 1], {
    paint: (text) => paint(colour, text),
    columns: process.stderr.columns || undefined,
  });
  return [head, frame, hint].filter((part) => part !== "").join("\n");
}

/** Creates a function that reads each file once. A file that is unreadable or outside the project has no lines. */
function lineReader(root: string): (file: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (file) => {
    const found = known.get(file) ?? readLines(root, file);
    known.set(file, found);
    return found;
  };
}

function readLines(root: string, file: string): readonly string[] {
  try {
    if (!isInsideProject(root, file)) return [];
    const { descriptor, size } = openRegularFile(join(root, file));
    try {
      const bytes = size > framedBytes ? undefined : readFileSync(descriptor);
      if (bytes === undefined || bytes.includes(0)) return [];
      return bytes
        .toString("utf8")
        .replace(/^\uFEFF/, "")
        .split("\n");
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    // An unreadable file is reported as a problem of its own, or is the problem being shown.
    if (isFileError(error)) return [];
    throw error;
  }
}
