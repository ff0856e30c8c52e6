import { type Dirent, readdirSync, readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import type { Place } from "../types.ts";
import type { Problems } from "./collect.ts";
import { compareText, problem } from "./problem.ts";
import { decode, type TextFile } from "./text.ts";

/** Bytes of a file of manifests. A person cannot review more, and larger data belongs into a data file. */
const maxFileBytes = 5_000_000;

const ending = /\.ya?ml$/i;

/** Every manifest file under a folder, in an order that is the same on every machine; hidden ones are left out. */
export function findManifestFiles(root: string, folder: string, problems: Problems): string[] {
  const files: string[] = [];
  const seen = new Set<string>();
  const walk = (path: string) => {
    const real = realpathSync(join(root, path));
    // A link to a folder that was visited already, perhaps to one that holds it.
    if (seen.has(real)) return;
    seen.add(real);
    const entries = readdirSync(real, { withFileTypes: true }).sort((a, b) => compareText(a.name, b.name));
    for (const entry of entries.filter(({ name }) => !name.startsWith("."))) {
      const child = `${path}/${entry.name}`;
      const kind = kindOf(root, child, entry, problems);
      if (kind === "folder") walk(child);
      else if (kind === "file" && ending.test(entry.name)) files.push(child);
    }
  };
  if (statSync(join(root, folder), { throwIfNoEntry: false })?.isDirectory()) walk(folder);
  else {
    const next = `Create the folder ${folder}/ and put manifests into it.`;
    problems.add(problem("FOLDER_MISSING", fileStart(folder), "there is no such folder", next));
  }
  return files.sort(compareText);
}

function kindOf(root: string, path: string, entry: Dirent, problems: Problems): "folder" | "file" | "other" {
  if (entry.isDirectory()) return "folder";
  if (entry.isFile()) return "file";
  const stats = entry.isSymbolicLink() ? followLink(root, path, problems) : undefined;
  if (stats?.isDirectory()) return "folder";
  if (stats?.isFile()) return "file";
  if (stats !== undefined || !entry.isSymbolicLink()) {
    if (ending.test(path)) reportUnreadable(path, "it is not a regular file", problems);
  }
  return "other";
}

function followLink(root: string, path: string, problems: Problems): Stats | undefined {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (stats === undefined) {
    reportUnreadable(path, "the link leads nowhere", problems);
    return undefined;
  }
  return isInside(root, path, problems) ? stats : undefined;
}

/** Whether a file is the repository's own, links followed. @param path relative to it @throws Error where there is none */
export function liesInside(root: string, path: string): boolean {
  const inner = relative(realpathSync(root), realpathSync(join(root, path)));
  return inner !== ".." && !inner.startsWith(`..${sep}`) && !isAbsolute(inner);
}

/** Whether a path of the repository stays in it when all links are followed; if not, that is reported. */
export function isInside(root: string, path: string, problems: Problems, place: Place = fileStart(path)): boolean {
  if (liesInside(root, path)) return true;
  const next = "Put a copy of the file into the repository.";
  problems.add(problem("OUTSIDE_REPOSITORY", place, "this leads to a file outside the repository", next));
  return false;
}

/** Reads a file of manifests as text; what keeps it from being read is reported. */
export function readTextFile(root: string, path: string, problems: Problems): TextFile | undefined {
  try {
    if (!isInside(root, path, problems)) return undefined;
    const stats = statSync(join(root, path));
    const { size } = stats;
    if (!stats.isFile()) {
      // A pipe would be waited for without end.
      reportUnreadable(path, "it is not a regular file", problems);
      return undefined;
    }
    if (size > maxFileBytes) {
      const what = `the file has ${size} bytes, more than the ${maxFileBytes} that a file of manifests may have`;
      const next = "Split it, or move the messages into a data file.";
      problems.add(problem("FILE_TOO_LARGE", fileStart(path), what, next));
      return undefined;
    }
    return decode(path, readFileSync(join(root, path)), problems);
  } catch (error) {
    reportUnreadable(path, systemReason(error), problems);
    return undefined;
  }
}

function reportUnreadable(path: string, why: string, problems: Problems): void {
  problems.add(
    problem("FILE_UNREADABLE", fileStart(path), `the file cannot be read: ${why}`, "Make it readable, or remove it."),
  );
}

/** The system's error code alone: its message holds absolute paths. */
export function systemReason(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
}

function fileStart(file: string): Place {
  return { file, line: 1, column: 1 };
}
