import { join } from "node:path";
import { isNode, isScalar, LineCounter, parseDocument, YAMLMap } from "yaml";
import { isFileError, readRegularFile } from "../file-error.ts";
import { compareProblems, createProblem, type Problem } from "../manifest/index.ts";
import type { SourceLocation } from "../types.ts";
import type { ConfigIssue } from "./config-issues.ts";

/** What is wrong with a stack's configuration, each at its place in the stack's file, or among the project's defaults. */
export function configProblems(
  root: string,
  { file, project }: { readonly file: string; readonly project: string },
  issues: readonly ConfigIssue[],
): readonly Problem[] {
  if (issues.length === 0) return [];
  const find = [file, "Pulumi.yaml"].map((each) => finder(root, each));
  const problems = issues.map(({ path: [first = "", ...rest], message, hint }) => {
    // The project's own keys may stand without its name.
    const keys = [`queue-seeder:${first}`, ...(project === "queue-seeder" ? [first] : [])];
    const places = find.flatMap((placeOf) => keys.flatMap((key) => placeOf(["config", key, ...rest]) ?? []));
    const key = [`queue-seeder:${first}`, ...rest].join(".");
    return createProblem("CONFIG_INVALID", places[0] ?? { file, line: 1, column: 1 }, `"${key}": ${message}`, hint);
  });
  return problems.sort(compareProblems);
}

/** Empty where it cannot be read any more: then its problems are told at its beginning. */
function readText(path: string): string {
  try {
    return readRegularFile(path).toString("utf8");
  } catch (error) {
    if (isFileError(error)) return "";
    throw error;
  }
}

/** Finds the last key of a path, as far as the path leads; undefined where its first two are not there. */
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
