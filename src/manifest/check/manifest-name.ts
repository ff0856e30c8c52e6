import type { SourceLocation } from "../../types.ts";
import { escapeMarks, pathKey } from "../files/path-key.ts";
import { createProblem, quote } from "../problem/problem.ts";
import type { ProblemCollector } from "../problem/problem-collector.ts";
import type { ManifestDocument } from "../yaml/parse-documents.ts";

/** The format of a manifest's name, explicit or from a path. The schema has the same pattern for `name`. */
const namePattern = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._/-]*$/u;
const maxNameLength = 200;

/**
 * Returns a manifest's `name`, or its path under the folder without the extension, with `#2` for the second document of a file. In
 * NFC, because systems and editors encode the same letters differently, and the ledger needs one name.
 */
export function resolveName({ file, number, value }: ManifestDocument, folder: string): string {
  return (
    explicitName(value)?.normalize("NFC") ?? `${nameFromPath(file.path, folder)}${number === 1 ? "" : `#${number}`}`
  );
}

/** Returns the names that a ledger may use for the manifest: earlier versions kept the file system's encoding of letters. */
export function formerNames(name: string, input: readonly string[]): readonly string[] {
  const all = [name, ...input].flatMap((each) => [each, each.normalize("NFC"), each.normalize("NFD")]);
  return [...new Set(all)].filter((each) => each !== name);
}

/** Reports a name from a path that would not be valid as `name:`. */
export function checkPathName(
  { file, value }: ManifestDocument,
  folder: string,
  location: SourceLocation,
  problems: ProblemCollector,
): void {
  if (explicitName(value) !== undefined) return;
  const name = nameFromPath(file.path, folder);
  if (namePattern.test(name) && name.length <= maxNameLength) return;
  const fault =
    name.length > maxNameLength ? `more than ${maxNameLength} characters` : "characters that are not allowed in a name";
  const what = `without a "name", the manifest is named after its path, and ${quote(name)} has ${fault}`;
  const next = `Add "name: ${suggestName(name)}", or rename the file: a name has letters, digits and . _ - /, beginning with a letter or digit.`;
  problems.add(createProblem("VALUE_NOT_ALLOWED", location, what, next));
}

/**
 * Reports files and folders that are identical on systems that ignore case or the encoding of accents (macOS, Windows): a checkout
 * there loses one of them, and its messages would be forgotten.
 *
 * @param paths relative to the repository
 * @returns the files with an earlier twin
 */
export function checkCollidingPaths(paths: readonly string[], problems: ProblemCollector): ReadonlySet<string> {
  const first = new Map<string, string>();
  const reported = new Set<string>();
  const twins = new Set<string>();
  for (const path of paths) {
    const steps = path.split("/");
    for (let depth = 1; depth <= steps.length; depth += 1) {
      const here = steps.slice(0, depth).join("/");
      const duplicate = first.get(pathKey(here)) ?? here;
      first.set(pathKey(here), duplicate);
      if (duplicate === here) continue;
      if (depth === steps.length) twins.add(path);
      if (reported.has(here)) break;
      reported.add(here);
      const noun = depth === steps.length ? "file" : "folder";
      const [one, other] =
        here.normalize("NFC") === duplicate.normalize("NFC")
          ? [escapeMarks(here), escapeMarks(duplicate)]
          : [here, duplicate];
      const what = `on macOS or Windows ${quote(one)} is the same ${noun} as ${quote(other)}`;
      const next =
        "Rename one of them, so that they differ in more than case, the encoding of accents or trailing dots.";
      problems.add(createProblem("PATH_TWICE", { file: path, line: 1, column: 1 }, what, next));
      break;
    }
  }
  return twins;
}

function explicitName(value: ManifestDocument["value"]): string | undefined {
  const input = typeof value === "object" && value !== null && "name" in value ? value.name : undefined;
  return typeof input === "string" ? input : undefined;
}

function nameFromPath(path: string, folder: string): string {
  const inside = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
  return inside.replace(/\.[^.]+$/, "").normalize("NFC");
}

function suggestName(name: string): string {
  const plain = name.replace(/[^\p{L}\p{M}\p{N}._/-]+/gu, "-").replace(/^[^\p{L}\p{N}]+/u, "");
  return plain === "" ? "…" : plain.slice(0, 60).toWellFormed();
}
