import type { Pulumi } from "../../engine/pulumi.ts";
import { parseReason } from "../../engine/pulumi-internals/cli-messages.ts";
import { type JsonObject, toObject } from "../../json-object.ts";
import { backendFolder, readHistoryFolder } from "./history-folder.ts";
import type { Version } from "./model.ts";
import { readSegments } from "./read-segments.ts";

/** The history of a stack in its Pulumi backend. */
export interface History {
  /** Oldest first. */
  readonly versions: readonly Version[];
  /** Why the history is incomplete, in a sentence; undefined if it is complete. */
  readonly note: string | undefined;
}

/** Number of concurrent runs of the Pulumi CLI, each of which exports one version from Pulumi Cloud. */
const atOnce = 4;

/**
 * Reads the last versions of a stack's state. Pulumi Cloud exports each version by its number; the versions of a `file://`
 * backend are read from its folder; any other backend has only the current version.
 *
 * @throws Error if a Pulumi command fails
 */
export async function readHistory(
  pulumi: Pick<Pulumi, "run">,
  {
    root,
    project,
    stack,
    last,
  }: { root: string; project: string; stack: { full: string; short: string }; last: number },
): Promise<History> {
  const folder = backendFolder(await backendUrl(pulumi), root);
  if (folder !== undefined) {
    // Fails if the stack does not exist.
    await ask(pulumi, ["stack", "history", "--stack", stack.full, "--json", "--page-size", "1"]);
    return { versions: readHistoryFolder(folder, project, stack.short, last), note: undefined };
  }
  const listed = JSON.parse(
    await ask(pulumi, [
      "stack",
      "history",
      "--stack",
      stack.full,
      "--json",
      "--page-size",
      String(last),
      "--page",
      "1",
    ]),
  );
  const runs = (Array.isArray(listed) ? listed : []).map(toObject).reverse();
  if (runs.some(({ version }) => Number(version) > 0)) {
    return { versions: await loadVersions(pulumi, stack.full, runs), note: undefined };
  }
  const note = "This backend exports only the current state, so earlier runs are missing.";
  const state = JSON.parse(await ask(pulumi, ["stack", "export", "--stack", stack.full]));
  return { versions: runs.slice(-1).map((run) => ({ ...toVersion(run), ...readSegments(state) })), note };
}

async function loadVersions(
  pulumi: Pick<Pulumi, "run">,
  stack: string,
  runs: readonly JsonObject[],
): Promise<Version[]> {
  const versions: Version[] = [];
  for (let from = 0; from < runs.length; from += atOnce) {
    const some = runs.slice(from, from + atOnce).map(async (run) => {
      const state = JSON.parse(
        await ask(pulumi, ["stack", "export", "--stack", stack, "--version", String(run.version)]),
      );
      return { ...toVersion(run), ...readSegments(state) };
    });
    versions.push(...(await Promise.all(some)));
  }
  return versions;
}

function toVersion({ version, kind, result, message, endTime }: JsonObject): Omit<Version, "segments" | "skipped"> {
  return {
    version: Number(version),
    kind: String(kind),
    result: String(result),
    message: String(message ?? ""),
    at: String(endTime ?? ""),
  };
}

async function backendUrl(pulumi: Pick<Pulumi, "run">): Promise<string> {
  return String(toObject(JSON.parse(await ask(pulumi, ["whoami", "--json"]))).url);
}

async function ask(pulumi: Pick<Pulumi, "run">, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await pulumi.run(args);
  if (code === 0) return stdout;
  throw new Error(`\`pulumi ${args.slice(0, 2).join(" ")}\` failed: ${parseReason(stderr)}.`);
}
