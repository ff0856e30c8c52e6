import { isUtf8 } from "node:buffer";
import { closeSync, type Dirent, readdirSync, readFileSync, realpathSync } from "node:fs";
import { isAbsolute, join, posix, relative, sep } from "node:path";
import { describeFileError, type FileErrorDescription, inspectPath, openRegularFile } from "../file-error.ts";
import type { SourceLocation } from "../types.ts";
import { escapeMarks, pathKey } from "./path-key.ts";
import { compareText, createProblem, quote } from "./problem.ts";
import type { ProblemCollector } from "./problem-collector.ts";
import { decodeText, type TextFile } from "./text-file.ts";

/** Bytes of a file of manifests. A person cannot review more, and larger data belongs into a data file. */
const maxFileBytes = 5_000_000;

const yamlExtension = /\.ya?ml$/i;
const otherExtension = /\.[a-z]\w*$/i;

/** Every manifest file under a folder, in an order that is the same on every machine; hidden ones are left out. */
export function findManifestFiles(root: string, folder: string, problems: ProblemCollector): string[] {
  const found = inspectPath(join(root, folder));
  if (found.kind === "fault") {
    reportUnreadable(folder, found, problems);
    return [];
  }
  if (found.kind !== "folder") {
    const what = found.kind === "file" ? "this is a file, not a folder" : "there is no such folder";
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
  /** Folders that were visited, by their real paths. */
  readonly seen: Set<string>;
  readonly problems: ProblemCollector;
}

function walk(root: string, path: string, context: Walk): void {
  const { files, seen, problems } = context;
  let entries: Dirent<Buffer>[];
  try {
    const real = realpathSync(join(root, path));
    // A link to a folder that was visited already, perhaps to one that holds it.
    if (seen.has(real)) return;
    seen.add(real);
    // As bytes: a name that is not UTF-8 would come as another one, which no file has.
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
      if (yamlExtension.test(name) || !entry.isFile()) reportName(`${path}/${countBytes(entry.name)}`, problems);
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
  // What has another ending is not meant to be a manifest; a link without one may be meant for a folder of them.
  const isMeant = yamlExtension.test(path) || (isLink && !otherExtension.test(path));
  if (found.kind === "fault" && isMeant) reportUnreadable(path, found, problems);
  return "other";
}

/** A name that is not UTF-8, with its foreign bytes as `\xe9`. */
function countBytes(name: Buffer): string {
  return name.toString("latin1").replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}

function reportName(path: string, problems: ProblemCollector): void {
  const what = "the name of this file or folder is not UTF-8, so that nothing can name it";
  problems.add(createProblem("FILE_UNREADABLE", startOfFile(path), what, "Rename it."));
}

/**
 * Finds a file that a manifest or the configuration names; what keeps it from being read is reported where it is named.
 *
 * @param path relative to the repository
 * @param next what to do when there is no such file
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
    const hint = duplicate === undefined ? "" : ` There is ${quote(duplicate)}, which is another name to this system.`;
    onProblem(`there is no file ${quote(path)}`, `${next}${hint}`);
  }
  return false;
}

/** A file beside it whose name differs in case or in the encoding of its accents alone, as it does on other systems. */
function findCaseVariant(root: string, path: string): string | undefined {
  const folder = posix.dirname(path);
  try {
    const wanted = pathKey(posix.basename(path));
    const duplicate = readdirSync(join(root, folder)).find((name) => pathKey(name) === wanted);
    return duplicate === undefined ? undefined : escapeMarks(posix.join(folder, duplicate));
  } catch {
    // The folder is missing or cannot be read: then there is nothing to hint at.
    return undefined;
  }
}

/** Whether a file is the repository's own, links followed. @param path relative to it @throws Error where there is none */
export function isInsideProject(root: string, path: string): boolean {
  const inner = relative(realpathSync(root), realpathSync(join(root, path)));
  return inner !== ".." && !inner.startsWith(`..${sep}`) && !isAbsolute(inner);
}

/** Whether a path of the repository stays in it when all links are followed; if not, that is reported. */
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
  const next = "Put a copy of the file into the repository.";
  problems.add(createProblem("OUTSIDE_REPOSITORY", location, "this leads to a file outside the repository", next));
  return false;
}

/** Reads a file of manifests as text; what keeps it from being read is reported. */
export function readTextFile(root: string, path: string, problems: ProblemCollector): TextFile | undefined {
  if (!reportIfOutside(root, path, problems)) return undefined;
  try {
    const { descriptor, size } = openRegularFile(join(root, path));
    try {
      if (size <= maxFileBytes) return decodeText(path, readFileSync(descriptor), problems);
      const what = `the file has ${size} bytes, more than the ${maxFileBytes} that a file of manifests may have`;
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
