import { closeSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { isFileError, openRegularFile } from "../../../file-error.ts";
import { formatCount } from "../../../format.ts";
import { codeFrame, formatLocation, isInsideProject, type LoadResult, type Problem } from "../../../manifest/index.ts";

/** Bytes of a file that is read again to show a line of it; a larger one is a data file, whose line says enough. */
const framedBytes = 5_000_000;

/** Problems for people: the place, the code, the line with a caret, the remedy. Colours honour NO_COLOR and a pipe. */
export function toText(root: string, { problems, omitted, manifests, skipped }: LoadResult): string {
  const lines = lineReader(root);
  const parts = problems.map((found) => `${describe(found, lines)}\n\n`);
  const [errors, warnings] = (["error", "warning"] as const).map(
    (severity) => problems.filter((found) => found.severity === severity).length,
  );
  const more = omitted > 0 ? `; ${omitted} more are not shown` : "";
  const summary = `${formatCount(errors ?? 0, "error")}, ${formatCount(warnings ?? 0, "warning")} in ${formatCount(manifests.length + skipped.length, "sound manifest")}${more}\n`;
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

/** Reads each file once; a file that cannot be shown, or is none of the repository, has no lines. */
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
    // Why it cannot be read is a problem of its own, or the problem that is to be shown.
    if (isFileError(error)) return [];
    throw error;
  }
}
