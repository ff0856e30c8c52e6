import type { Pulumi } from "../../engine/pulumi.ts";
import { parseReason } from "../../engine/pulumi-messages.ts";
import { backendFolder, readHistoryFolder } from "./history-folder.ts";
import type { Version } from "./model.ts";
import { readSegments, toFields } from "./read-segments.ts";

/** What the engine knows of a stack's past. */
export interface History {
  /** Oldest first. */
  readonly versions: readonly Version[];
  /** Why there is less than there was; undefined: there is all that was asked for. */
  readonly note: string | undefined;
}

/** Runs of the CLI at once, each of which asks Pulumi Cloud for one version. */
const atOnce = 4;

/**
 * Reads the last versions of a stack's state. Pulumi Cloud gives each by its number; a backend in a folder keeps them where
 * they can be read; of any other there is only the present one.
 *
 * @throws Error when the engine refuses
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
    // The CLI says whether there is such a stack.
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
  const runs = (Array.isArray(listed) ? listed : []).map(toFields).reverse();
  if (runs.some(({ version }) => Number(version) > 0)) {
    return { versions: await loadVersions(pulumi, stack.full, runs), note: undefined };
  }
  const note = "Of this backend Pulumi gives out the present state alone, so that earlier runs are missing.";
  const state = JSON.parse(await ask(pulumi, ["stack", "export", "--stack", stack.full]));
  return { versions: runs.slice(-1).map((run) => ({ ...toVersion(run), segments: readSegments(state) })), note };
}

type Run = Readonly<Record<string, unknown>>;

async function loadVersions(pulumi: Pick<Pulumi, "run">, stack: string, runs: readonly Run[]): Promise<Version[]> {
  const versions: Version[] = [];
  for (let from = 0; from < runs.length; from += atOnce) {
    const some = runs.slice(from, from + atOnce).map(async (run) => {
      const state = JSON.parse(
        await ask(pulumi, ["stack", "export", "--stack", stack, "--version", String(run.version)]),
      );
      return { ...toVersion(run), segments: readSegments(state) };
    });
    versions.push(...(await Promise.all(some)));
  }
  return versions;
}

function toVersion({ version, kind, result, endTime }: Run): Omit<Version, "segments"> {
  return { version: Number(version), kind: String(kind), result: String(result), at: String(endTime ?? "") };
}

async function backendUrl(pulumi: Pick<Pulumi, "run">): Promise<string> {
  return String(toFields(JSON.parse(await ask(pulumi, ["whoami", "--json"]))).url);
}

async function ask(pulumi: Pick<Pulumi, "run">, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await pulumi.run(args);
  if (code === 0) return stdout;
  throw new Error(`\`pulumi ${args.slice(0, 2).join(" ")}\` failed: ${parseReason(stderr)}.`);
}
