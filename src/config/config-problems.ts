import { join } from "node:path";
import { isNode, isScalar, LineCounter, parseDocument, YAMLMap } from "yaml";
import { isFileError, readRegularFile } from "../file-error.ts";
import { compareProblems, createProblem, type Problem } from "../manifest/index.ts";
import type { SourceLocation } from "../types.ts";
import type { ConfigIssue } from "./config-issues.ts";

/** Locates the issues of a stack's configuration in the stack's file, or in the defaults of the project. */
export function configProblems(
  root: string,
  { file, project }: { readonly file: string; readonly project: string },
  issues: readonly ConfigIssue[],
): readonly Problem[] {
  if (issues.length === 0) return [];
  const find = [file, "Pulumi.yaml"].map((each) => finder(root, each));
  const problems = issues.map(({ code, location, message, hint }) => {
    const [first = "", ...rest] = location.path.map(String);
    // A project's own keys may omit its name.
    const keys = [`queue-seeder:${first}`, ...(project === "queue-seeder" ? [first] : [])];
    const locations = find.flatMap((locationOf) => keys.flatMap((key) => locationOf(["config", key, ...rest]) ?? []));
    const key = [`queue-seeder:${first}`, ...rest].join(".");
    return createProblem(code, locations[0] ?? { file, line: 1, column: 1 }, `"${key}": ${message}`, hint);
  });
  return problems.sort(compareProblems);
}

/** Returns the text of a file, "" if it can no longer be read: its problems are then reported at its beginning. */
function readText(path: string): string {
  try {
    return readRegularFile(path).toString("utf8");
  } catch (error) {
    if (isFileError(error)) return "";
    throw error;
  }
}

/**
 * Returns a function that locates the last key of a path that exists, or returns undefined if one of the first two is missing.
 */
function finder(root: string, file: string): (path: readonly string[]) => SourceLocation | undefined {
  const lineCounter = new LineCounter();
  const { contents } = parseDocument(readText(join(root, file)), { lineCounter });
  return (path) => {
    let at: unknown = contents;
    let offset = 0;
    for (const [depth, step] of path.entries()) {
      const pair =
        at instanceof YAMLMap ? at.items.find(({ key }) => isScalar(key) && String(key.value) === step) : undefined;
      if (pair === undefined && depth < 2) return undefined;
      if (pair === undefined) break;
      offset = isNode(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
      at = pair.value;
    }
    const { line, col } = lineCounter.linePos(offset);
    return { file, line, column: col };
  };
}
