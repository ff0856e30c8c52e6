import { isUtf8 } from "node:buffer";
import { closeSync, type Dirent, readdirSync, readFileSync, realpathSync } from "node:fs";
import { isAbsolute, join, posix, relative, sep } from "node:path";
import { describeFileError, type FileErrorDescription, inspectPath, openRegularFile } from "../../file-error.ts";
import type { SourceLocation } from "../../types.ts";
import { compareText, createProblem, quote } from "../problem/problem.ts";
import type { ProblemCollector } from "../problem/problem-collector.ts";
import { escapeMarks, pathKey } from "./path-key.ts";
import { decodeText, type TextFile } from "./text-file.ts";

/** Maximum bytes of a file of manifests. Larger files cannot be reviewed; large data belongs in a data file. */
const maxFileBytes = 5_000_000;

const yamlExtension = /\.ya?ml$/i;
const otherExtension = /\.[a-z]\w*$/i;

/** Lists the manifest files under a folder, except hidden ones, in an order that is the same on every machine. */
export function findManifestFiles(root: string, folder: string, problems: ProblemCollector): string[] {
  const found = inspectPath(join(root, folder));
  if (found.kind === "fault") {
    reportUnreadable(folder, found, problems);
    return [];
  }
  if (found.kind !== "folder") {
    const what = found.kind === "file" ? "this is a file, not a folder" : "the folder does not exist";
    const next = `Create the folder ${folder}/ and put manifests into it.`;
    problems.add(createProblem("FOLDER_MISSING", startOfFile(folder), what, next));
    return [];
  }
  const files: string[] = [];
  walk(root, folder, { files, seen: new Set(), problems });
  return files.sort(compareText);
}

interface Walk {
  readonly files: string[];
  /** The visited folders, by their real paths. */
  readonly seen: Set<string>;
  readonly problems: ProblemCollector;
}

function walk(root: string, path: string, context: Walk): void {
  const { files, seen, problems } = context;
  let entries: Dirent<Buffer>[];
  try {
    const real = realpathSync(join(root, path));
    // A link to a visited folder, possibly to a parent.
    if (seen.has(real)) return;
    seen.add(real);
    // As bytes: a name that is not UTF-8 would be converted to one that no file has.
    entries = readdirSync(real, { withFileTypes: true, encoding: "buffer" });
  } catch (error) {
    reportUnreadable(path, describeFileError(error), problems, "folder");
    return;
  }
  const named = entries.map((entry) => ({ entry, name: entry.name.toString("utf8") }));
  for (const { entry, name } of named.sort((a, b) => compareText(a.name, b.name))) {
    if (name.startsWith(".")) continue;
    const child = `${path}/${name}`;
    if (!isUtf8(entry.name)) {
      if (yamlExtension.test(name) || !entry.isFile()) reportName(`${path}/${escapeBytes(entry.name)}`, problems);
      continue;
    }
    const kind = classifyEntry(root, child, entry, problems);
    if (kind === "folder") walk(root, child, context);
    else if (kind === "file" && yamlExtension.test(name)) files.push(child);
  }
}

function classifyEntry(
  root: string,
  path: string,
  entry: Dirent<Buffer>,
  problems: ProblemCollector,
): "folder" | "file" | "other" {
  if (entry.isDirectory()) return "folder";
  if (entry.isFile()) return "file";
  const isLink = entry.isSymbolicLink();
  const found = inspectPath(join(root, path));
  if (found.kind === "file" || found.kind === "folder") {
    return !isLink || reportIfOutside(root, path, problems) ? found.kind : "other";
  }
  // A file with another extension is not a manifest; a link without one may lead to a folder of manifests.
  const isMeant = yamlExtension.test(path) || (isLink && !otherExtension.test(path));
  if (found.kind === "fault" && isMeant) reportUnreadable(path, found, problems);
  return "other";
}

/** Formats a name that is not UTF-8, with its invalid bytes as `\xe9`. */
function escapeBytes(name: Buffer): string {
  return name.toString("latin1").replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}

function reportName(path: string, problems: ProblemCollector): void {
  const what = "the name of this file or folder is not UTF-8, so nothing can refer to it";
  problems.add(createProblem("FILE_UNREADABLE", startOfFile(path), what, "Rename it."));
}

/**
 * Finds a file that a manifest or the configuration names, and reports problems at the location of the name.
 *
 * @param path relative to the repository
 * @param next what to do if the file does not exist
 * @returns whether it is a regular file of the repository
 */
export function findNamedFile(
  root: string,
  path: string,
  location: SourceLocation,
  next: string,
  problems: ProblemCollector,
): boolean {
  const found = inspectPath(join(root, path));
  if (found.kind === "file") return reportIfOutside(root, path, problems, location);
  const onProblem = (what: string, remedy: string) =>
    problems.add(createProblem("FILE_UNREADABLE", location, what, remedy));
  if (found.kind === "fault") onProblem(`${quote(path)} cannot be read: ${found.reason}`, found.hint);
  else if (found.kind === "folder") onProblem(`${quote(path)} is a folder`, next);
  else {
    const duplicate = findCaseVariant(root, path);
    const hint =
      duplicate === undefined ? "" : ` ${quote(duplicate)} exists, but this system treats it as another name.`;
    onProblem(`the file ${quote(path)} does not exist`, `${next}${hint}`);
  }
  return false;
}

/** Finds a file in the same folder whose name differs only in case or in the encoding of accents. */
function findCaseVariant(root: string, path: string): string | undefined {
  const folder = posix.dirname(path);
  try {
    const wanted = pathKey(posix.basename(path));
    const duplicate = readdirSync(join(root, folder)).find((name) => pathKey(name) === wanted);
    return duplicate === undefined ? undefined : escapeMarks(posix.join(folder, duplicate));
  } catch {
    // Without a readable folder, there is nothing to suggest.
    return undefined;
  }
}

/** Reports whether a file is inside the repository, following links. @param path relative to it @throws Error if it does not exist */
export function isInsideProject(root: string, path: string): boolean {
  const inner = relative(realpathSync(root), realpathSync(join(root, path)));
  return inner !== ".." && !inner.startsWith(`..${sep}`) && !isAbsolute(inner);
}

/** Reports whether a path stays inside the repository when links are followed; adds a problem if it does not. */
export function reportIfOutside(
  root: string,
  path: string,
  problems: ProblemCollector,
  location: SourceLocation = startOfFile(path),
): boolean {
  try {
    if (isInsideProject(root, path)) return true;
  } catch (error) {
    const { reason, hint } = describeFileError(error);
    problems.add(createProblem("FILE_UNREADABLE", location, `the file cannot be read: ${reason}`, hint));
    return false;
  }
  const next = "Copy the file into the repository.";
  problems.add(createProblem("OUTSIDE_REPOSITORY", location, "this leads to a file outside the repository", next));
  return false;
}

/** Reads a file of manifests as text, and reports problems. */
export function readTextFile(root: string, path: string, problems: ProblemCollector): TextFile | undefined {
  if (!reportIfOutside(root, path, problems)) return undefined;
  try {
    const { descriptor, size } = openRegularFile(join(root, path));
    try {
      if (size <= maxFileBytes) return decodeText(path, readFileSync(descriptor), problems);
      const what = `the file has ${size} bytes; a file of manifests may have ${maxFileBytes}`;
      const next = "Split it, or move the messages into a data file.";
      problems.add(createProblem("FILE_TOO_LARGE", startOfFile(path), what, next));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    reportUnreadable(path, describeFileError(error), problems);
  }
  return undefined;
}

function reportUnreadable(
  path: string,
  { reason, hint }: FileErrorDescription,
  problems: ProblemCollector,
  noun: "file" | "folder" = "file",
): void {
  problems.add(createProblem("FILE_UNREADABLE", startOfFile(path), `the ${noun} cannot be read: ${reason}`, hint));
}

function startOfFile(file: string): SourceLocation {
  return { file, line: 1, column: 1 };
}
