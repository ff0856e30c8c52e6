import { randomUUID } from "node:crypto";
import { SeederError } from "./errors.ts";
import type { JournalPorts } from "./journal/journal-folder.ts";
import { relativeRoot } from "./state/relative-root.ts";
import type { SegmentInputs } from "./state/segment.ts";

/** Where the journals of what is deployed are found. */
type Rooted = Pick<SegmentInputs, "root">;

/** Which manifests the stack deploys. One resource of the stack, so that the engine's state can tell deployments apart. */
export interface DeploymentsInputs extends Rooted {
  /** By the manifests' names: the names that each had before. */
  readonly manifests: Readonly<Record<string, readonly string[]>>;
  /** By the manifests' names: where the former names are written, as `FILE:LINE:COLUMN`. */
  readonly places?: Readonly<Record<string, string>>;
}

/** What the program asks for. {@link checkDeployments} takes the absolute path off, so it never enters the state. */
export interface DeploymentsArgs extends DeploymentsInputs {
  /** The repository, which `root` is made of: only the provider knows its own working directory. */
  readonly folder?: string;
}

/**
 * A random id for each deployment of a manifest, from the run that adds it to the one that removes it. A journal that was
 * left behind counts only in the deployment in which it began: after the stack, or the manifest, was removed and deployed
 * again, here or on another machine, everything is to be pushed again.
 */
export interface DeploymentsOutputs extends DeploymentsInputs {
  readonly ids: Readonly<Record<string, string>>;
}

/** The id that a manifest has. @param names its own, then those that it had before */
export function findDeploymentId(names: readonly string[], ids: ReadonlyMap<string, string>): string | undefined {
  return names.map((name) => ids.get(name)).find((id) => id !== undefined);
}

/** Ids stay with their manifests, also under another name; new manifests get new ones. */
function nextDeployments(inputs: DeploymentsInputs, before: Partial<DeploymentsOutputs> = {}): DeploymentsOutputs {
  const known = new Map(Object.entries(before.ids ?? {}));
  const ids = Object.entries(inputs.manifests).map(([name, earlier]) => {
    return [name, findDeploymentId([name, ...earlier], known) ?? randomUUID()] as const;
  });
  return { root: inputs.root, manifests: inputs.manifests, ids: Object.fromEntries(ids) };
}

/**
 * Why a manifest cannot take over the ledger of a former name, in full sentences: each has one, and the engine would delete the
 * other. None: it can.
 *
 * @param desired names of all manifests that are deployed now
 * @param place where the former names are written
 */
export function findRenameProblems(
  name: string,
  earlier: readonly string[],
  desired: ReadonlySet<string>,
  known: ReadonlyMap<string, string>,
  place: string,
): readonly string[] {
  if (!known.has(name)) return [];
  return earlier
    .filter((former) => known.has(former) && !desired.has(former))
    .map(
      (former) =>
        `${place} ${quote(name)} and ${quote(former)} are both deployed, and each has a ledger: they cannot ` +
        `become one. Remove ${quote(former)} here; before that, \`queue-seeder baseline ${name}\` marks as pushed what went under ` +
        "the other name.",
    );
}

function quote(text: string): string {
  return JSON.stringify(text);
}

/** Whether other manifests are deployed than before. */
function sameDeployments(inputs: DeploymentsInputs, { ids }: Pick<DeploymentsOutputs, "ids">): boolean {
  const names = Object.keys(inputs.manifests);
  return names.length === Object.keys(ids).length && names.every((name) => Object.hasOwn(ids, name));
}

/** The engine's calls on the resource, in the shapes of a Pulumi dynamic provider. */
export async function checkDeployments(
  _olds: unknown,
  { folder, ...inputs }: DeploymentsArgs,
  { cwd }: Pick<JournalPorts, "cwd">,
): Promise<{ inputs: DeploymentsInputs }> {
  return { inputs: folder === undefined ? inputs : { ...inputs, root: relativeRoot(cwd, folder) } };
}

export async function createDeployments(inputs: DeploymentsInputs): Promise<{ id: string; outs: DeploymentsOutputs }> {
  return { id: "deployments", outs: nextDeployments(inputs) };
}

export async function diffDeployments(
  _id: string,
  olds: DeploymentsOutputs,
  news: DeploymentsInputs,
): Promise<{ changes: boolean }> {
  const [desired, known] = [new Set(Object.keys(news.manifests)), new Map(Object.entries(olds.ids))];
  const refusals = Object.entries(news.manifests).flatMap(([name, earlier]) =>
    findRenameProblems(name, earlier, desired, known, news.places?.[name] ?? name),
  );
  if (refusals.length > 0) throw new SeederError("MOVED_FROM_DEPLOYED", `nothing was pushed.\n${refusals.join("\n")}`);
  return { changes: !sameDeployments(news, olds) };
}

/** @param host where journals are: those of manifests that are gone are left as a deleted resource leaves its own */
export async function updateDeployments(
  _id: string,
  olds: DeploymentsOutputs,
  news: DeploymentsInputs,
  host: JournalPorts,
): Promise<{ outs: DeploymentsOutputs }> {
  const outs = nextDeployments(news, olds);
  const kept = new Set(Object.values(outs.ids));
  await endDeployments(
    Object.values(olds.ids).filter((id) => !kept.has(id)),
    news,
    host,
  );
  return { outs };
}

/** The same of all of them. */
export async function removeDeployments(
  _id: string,
  { ids, root }: DeploymentsOutputs,
  host: JournalPorts,
): Promise<void> {
  await endDeployments(Object.values(ids), { root }, host);
}

/** A folder that cannot be used keeps nothing from being deleted: what stays there casts doubt at the most. */
async function endDeployments(gone: readonly string[], where: Rooted, host: JournalPorts): Promise<void> {
  if (gone.length === 0) return;
  const { markDeploymentsRemoved } = await import("./journal/segment-journals.ts");
  await markDeploymentsRemoved(gone, where, host).catch(() => {});
}
