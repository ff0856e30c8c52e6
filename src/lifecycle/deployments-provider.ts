import { isObject, type JsonObject, toObject } from "../json-object.ts";
import { parseStored } from "../plan/index.ts";
import { SeederError } from "./errors.ts";
import type { JournalHost } from "./journal/journal-folder.ts";
import { randomId } from "./random-id.ts";
import { relativeRoot } from "./state/relative-root.ts";
import type { SegmentInputs } from "./state/segment.ts";

/** The path from which the journals of the deployed manifests are found. */
type RepositoryRoot = Pick<SegmentInputs, "root">;

/**
 * The manifests that the stack deploys. Held by one resource of the stack, so that the Pulumi state can distinguish deployments.
 */
export interface DeploymentsInputs extends RepositoryRoot {
  /** Names of the manifests. */
  readonly manifests: readonly string[];
  /** Former names, by the name of each manifest that has some. */
  readonly formerNames?: Readonly<Record<string, readonly string[]>>;
  /** The locations of the former names, as `FILE:LINE:COLUMN`, by the name of each manifest that has some. */
  readonly formerNameLocations?: Readonly<Record<string, string>>;
}

/** Inputs that the program passes. {@link checkDeployments} removes the absolute path, so it never enters the state. */
export interface DeploymentsArgs extends DeploymentsInputs {
  /** Absolute path of the repository, from which `root` is computed: only the provider can read its own working directory. */
  readonly folder?: string;
}

/**
 * A random id for each deployment of a manifest, from the run that adds it to the one that removes it. A leftover journal is
 * valid only for the deployment that created it: after a stack or manifest was removed and deployed again, on this or another
 * machine, everything must be pushed again.
 */
export interface DeploymentsOutputs extends RepositoryRoot {
  /** The version of the format; see {@link deploymentsVersion}. */
  readonly version: number;
  readonly ids: Readonly<Record<string, string>>;
}

/** Incremented when the meaning of an existing key of these outputs changes. */
const deploymentsVersion = 1;

/**
 * Checks the list of deployments in the Pulumi state.
 *
 * @throws LedgerError if this version of queue-seeder did not write it: new ids would push everything again
 */
export function parseDeployments(stored: unknown): DeploymentsOutputs {
  const subject = "the list of deployments in the stack's state";
  return parseStored(toObject(stored), deploymentsVersion, isDeployments, subject);
}

function isDeployments(value: JsonObject): value is JsonObject & DeploymentsOutputs {
  const { root, ids } = value;
  return typeof root === "string" && isObject(ids) && Object.values(ids).every((id) => typeof id === "string");
}

/** Returns the deployment id of a manifest, undefined if it has none. @param names its current name, then its former ones */
export function findDeploymentId(names: readonly string[], ids: ReadonlyMap<string, string>): string | undefined {
  return names.map((name) => ids.get(name)).find((id) => id !== undefined);
}

/** Returns the former names of a manifest. */
export function formerNamesOf(
  name: string,
  { formerNames = {} }: Pick<DeploymentsInputs, "formerNames">,
): readonly string[] {
  return Object.hasOwn(formerNames, name) ? (formerNames[name] ?? []) : [];
}

/** Keeps the ids of manifests, renamed ones included, and creates ids for new manifests. */
function nextDeployments(inputs: DeploymentsInputs, before: Partial<DeploymentsOutputs> = {}): DeploymentsOutputs {
  const known = new Map(Object.entries(before.ids ?? {}));
  const ids = inputs.manifests.map((name) => {
    return [name, findDeploymentId([name, ...formerNamesOf(name, inputs)], known) ?? randomId()] as const;
  });
  return { version: deploymentsVersion, root: inputs.root, ids: Object.fromEntries(ids) };
}

/** A manifest with former names. */
interface RenamedManifest {
  readonly name: string;
  readonly formerNames: readonly string[];
  /** The location of the former names. */
  readonly location: string;
}

/**
 * Returns why a manifest cannot take over the ledgers of its former names, in full sentences, or an empty array if it can. It
 * cannot if both names have a ledger, since Pulumi would delete the other one.
 *
 * @param desired names of all manifests that are deployed now
 * @param known the recorded deployment ids, by name
 */
export function findRenameProblems(
  { name, formerNames, location }: RenamedManifest,
  desired: ReadonlySet<string>,
  known: ReadonlyMap<string, string>,
): readonly string[] {
  if (!known.has(name)) return [];
  return formerNames
    .filter((former) => known.has(former) && !desired.has(former))
    .map(
      (former) =>
        `${location} ${quote(name)} and ${quote(former)} are both deployed, and each has a ledger: two ledgers cannot be ` +
        `merged. Remove ${quote(former)} here; before that, \`queue-seeder baseline ${name}\` marks the messages that were ` +
        "pushed under the other name as pushed.",
    );
}

function quote(text: string): string {
  return JSON.stringify(text);
}

/** Checks whether the same manifests are deployed as before. */
function sameDeployments({ manifests: names }: DeploymentsInputs, { ids }: Pick<DeploymentsOutputs, "ids">): boolean {
  return names.length === Object.keys(ids).length && names.every((name) => Object.hasOwn(ids, name));
}

/**
 * Implements `check` of the Deployments resource: replaces the absolute folder with a relative `root`. The functions below
 * implement the other calls of a Pulumi dynamic provider.
 */
export async function checkDeployments(
  _olds: unknown,
  { folder, ...inputs }: DeploymentsArgs,
  { cwd }: Pick<JournalHost, "cwd">,
): Promise<{ inputs: DeploymentsInputs }> {
  return { inputs: folder === undefined ? inputs : { ...inputs, root: relativeRoot(cwd, folder) } };
}

/** Leaves the resource unchanged: nothing outside of the state decides it. */
export async function readDeployments(id: string, props: unknown): Promise<{ id: string; props: unknown }> {
  return { id, props };
}

export async function createDeployments(inputs: DeploymentsInputs): Promise<{ id: string; outs: DeploymentsOutputs }> {
  return { id: "deployments", outs: nextDeployments(inputs) };
}

export async function diffDeployments(
  _id: string,
  stored: unknown,
  news: DeploymentsInputs,
): Promise<{ changes: boolean }> {
  const olds = parseDeployments(stored);
  const [desired, known] = [new Set(news.manifests), new Map(Object.entries(olds.ids))];
  const refusals = news.manifests.flatMap((name) =>
    findRenameProblems(
      { name, formerNames: formerNamesOf(name, news), location: news.formerNameLocations?.[name] ?? name },
      desired,
      known,
    ),
  );
  if (refusals.length > 0) throw new SeederError("MOVED_FROM_DEPLOYED", `nothing was pushed.\n${refusals.join("\n")}`);
  return { changes: !sameDeployments(news, olds) };
}

/** @param host locates the journals; those of removed manifests are treated like the journals of a deleted resource */
export async function updateDeployments(
  _id: string,
  stored: unknown,
  news: DeploymentsInputs,
  host: JournalHost,
): Promise<{ outs: DeploymentsOutputs }> {
  const olds = parseDeployments(stored);
  const outs = nextDeployments(news, olds);
  const kept = new Set(Object.values(outs.ids));
  await endDeployments(
    Object.values(olds.ids).filter((id) => !kept.has(id)),
    news,
    host,
  );
  return { outs };
}

/** Marks the journals of all deployments as removed. */
export async function removeDeployments(_id: string, stored: unknown, host: JournalHost): Promise<void> {
  const { ids, root } = parseDeployments(stored);
  await endDeployments(Object.values(ids), { root }, host);
}

/** An unusable journal folder does not prevent the deletion: a leftover journal can at most put messages in doubt. */
async function endDeployments(gone: readonly string[], where: RepositoryRoot, host: JournalHost): Promise<void> {
  if (gone.length === 0) return;
  const { markDeploymentsRemoved } = await import("./journal/segment-journals.ts");
  await markDeploymentsRemoved(gone, where, host).catch(() => {});
}
