import type { SegmentOutputs } from "../lifecycle/state/segment.ts";
import { LedgerError, unpackLedger, unpackRows } from "../plan/index.ts";
import { EngineNotFoundError, type Pulumi } from "./pulumi.ts";
import { parseReason } from "./pulumi-messages.ts";
import { deploymentsType, ownSegmentType, parseSegmentName, parseUrn, queueType, segmentType } from "./urn.ts";

/** What the engine's state knows of the seeder's resources. */
export interface StackState {
  readonly segments: readonly RecordedSegment[];
  /** Ids of the queues that the stack created, by the name that manifests use. */
  readonly createdQueues: ReadonlyMap<string, string>;
  /** Ids of the deployments of the program's manifests, by the manifests' names. */
  readonly deployments: ReadonlyMap<string, string>;
}

export interface RecordedSegment {
  /** The resource's name, unique in the stack. */
  readonly name: string;
  readonly urn: string;
  /** The manifest's name as the engine has it: after `moved_from` it may be newer than that of the outputs. */
  readonly manifest: string;
  readonly outputs: SegmentOutputs;
  readonly origin: Origin;
  /** Whether the next run creates the resource anew, with an empty ledger, as `pulumi state taint` asks. */
  readonly replaced: boolean;
}

/**
 * Whose a segment is: a manifest's that the whole program deploys, one's that a component of the program does, or that of
 * messages which the program gives, so that no file of the repository has them.
 */
export type Origin = "manifest" | "component" | "values";

/** What came of asking for the state. */
export type StateReading =
  | { readonly kind: "read"; readonly state: StackState }
  /** Nobody can say what was pushed, or nothing was: the reason is a clause without a full stop. */
  | { readonly kind: "none"; readonly code: StateUnavailable; readonly why: string };

/**
 * Why there is no state.
 *
 * - `no_engine`: there is no Pulumi to ask.
 * - `no_login`: Pulumi is not logged in to a backend.
 * - `no_stack`: the backend has no such stack: it was never deployed.
 * - `unreadable`: Pulumi refused for another reason.
 */
export type StateUnavailable = "no_engine" | "no_login" | "no_stack" | "unreadable";

export const emptyState: StackState = { segments: [], createdQueues: new Map(), deployments: new Map() };

/** What the engine would delete, and create anew, where it stands in the state under other names than the stack's own. */
const seededTypes: ReadonlySet<string> = new Set([segmentType, deploymentsType, queueType]);

/** The state cannot be compared with what the next run deploys. */
export class StateError extends Error {
  override name = "StateError";
}

/** The state is another project's or stack's: the engine would take nothing in it for this one's. */
function otherStackError(urn: string, { project, stack }: StackIdentity): StateError {
  const other = parseUrn(urn);
  return new StateError(
    `STATE_OF_OTHER_STACK: the state holds resources of ${other.project}/${other.stack}, and this is ${project}/${stack}. ` +
      "A run would delete these, the ledger with them, and push every message again; nothing was done. To rename a project " +
      "or stack, use `pulumi stack rename` before Pulumi.yaml changes; to mend a state that was imported, replace the names " +
      "in the URNs of `pulumi stack export`, and import it once more.",
  );
}

/** An id that is a secret to the engine is encrypted in its state, where it can be compared with nothing. */
export function secretId(urn: string): StateError {
  return new StateError(
    `ID_SECRET: the id of the queue or of the account of ${urn} is a secret to Pulumi, so it cannot be compared with the state. ` +
      "Nothing was pushed. Neither is a secret: set it without --secret, or give it in plain text with `pulumi.unsecret`.",
  );
}

/** The names by which the engine knows a stack, as they stand in its URNs. */
export interface StackIdentity {
  readonly project: string;
  /** Without organization and project. */
  readonly stack: string;
}

/** Pulumi's exit codes. Source: pulumi, sdk/go/common/util/cmdutil/exit_codes.go */
const exitCodes: Readonly<Record<number, StateUnavailable>> = { 3: "no_login", 6: "no_stack" };

/**
 * Reads the state of a stack. It needs no passphrase: secrets stay encrypted in it.
 *
 * @param find finds the engine; see `findPulumi`
 * @param stack as Pulumi's commands take it
 * @throws LedgerError when the state is there and cannot be understood; StateError when it cannot be compared
 */
export async function readState(
  find: () => Promise<Pulumi>,
  stack: string,
  identity: StackIdentity,
): Promise<StateReading> {
  let pulumi: Pulumi;
  try {
    pulumi = await find();
  } catch (error) {
    if (error instanceof EngineNotFoundError) return { kind: "none", code: "no_engine", why: error.message };
    throw error;
  }
  const { code, stdout, stderr } = await pulumi.run(["stack", "export", "--stack", stack]);
  if (code === 0) return { kind: "read", state: parseState(stdout, identity) };
  const kind = exitCodes[code ?? -1] ?? "unreadable";
  return { kind: "none", code: kind, why: parseReason(stderr) };
}

/** @throws LedgerError, StateError */
export function parseState(text: string, identity: StackIdentity): StackState {
  const resources = parseResources(text).filter(({ deleted }) => !deleted);
  const isOwn = ({ urn }: Resource) => {
    const { stack, project } = parseUrn(urn);
    return stack === identity.stack && project === identity.project;
  };
  const segments = resources.filter(({ type }) => type === segmentType);
  const own = resources.filter(isOwn);
  const queues = own.flatMap(({ type, urn, outputs: { queueId } }) =>
    type === queueType && typeof queueId === "string" ? [[parseUrn(urn).name, queueId] as const] : [],
  );
  const list = own.find(({ type, urn }) => type === deploymentsType && parseUrn(urn).name === "deployments");
  const ids = Object.entries(toMap(list?.outputs.ids)).map(([name, id]) => [name, String(id)] as const);
  const [foreign] = resources.filter((resource) => seededTypes.has(resource.type) && !isOwn(resource));
  if (foreign !== undefined) throw otherStackError(foreign.urn, identity);
  return {
    segments: segments.map(recordedSegment),
    createdQueues: new Map(queues),
    deployments: new Map(ids),
  };
}

/** @throws LedgerError */
function recordedSegment({ urn, inputs, outputs, replaced }: Resource): RecordedSegment {
  if ([outputs.queueId, outputs.accountId].some(isEncrypted)) throw secretId(urn);
  if (!isOutputs(outputs)) throw new LedgerError(`${urn} has no ledger that can be read`);
  // Told at once, and not when the ledger is used: nothing may be planned on half a state.
  (outputs.content.kind === "rows" ? unpackRows : unpackLedger)(outputs.ledger);
  const { name, qualifiedType } = parseUrn(urn);
  const origin: Origin =
    inputs.inlineMessages !== undefined ? "values" : qualifiedType === ownSegmentType ? "manifest" : "component";
  const manifest = origin === "manifest" ? parseSegmentName(name).manifest : outputs.manifest;
  return { name, urn, manifest, outputs, origin, replaced };
}

/** What a manifest is called where it is deployed: within a component, the component's name stands before its own. */
export function formatDeployedName({ name }: Pick<RecordedSegment, "name">): string {
  return parseSegmentName(name).manifest;
}

/** Ids of the queues that the program's components push to, by the names that manifests use; "" for a name of several. */
export function componentQueues({ segments }: StackState): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const { origin, outputs } of segments) {
    if (origin !== "component") continue;
    const known = ids.get(outputs.queue) ?? outputs.queueId;
    ids.set(outputs.queue, known === outputs.queueId ? known : "");
  }
  return ids;
}

interface Resource {
  readonly type: string;
  readonly urn: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Replaced, and waiting for its deletion. */
  readonly deleted: boolean;
  /** To be created anew by the next run. Source: pulumi, sdk/go/common/apitype/core.go, ResourceV3 */
  readonly replaced: boolean;
}

function parseResources(text: string): readonly Resource[] {
  let exported: unknown;
  try {
    exported = JSON.parse(text);
  } catch {
    throw new LedgerError("`pulumi stack export` wrote no JSON");
  }
  const resources = toMap(toMap(exported).deployment).resources ?? [];
  if (!Array.isArray(resources)) throw new LedgerError("`pulumi stack export` wrote no list of resources");
  return resources.map(toMap).map(({ type, urn, inputs, outputs, delete: deleted, taint, pendingReplacement }) => ({
    type: String(type),
    urn: String(urn),
    inputs: toMap(inputs),
    outputs: toMap(outputs),
    deleted: deleted === true,
    replaced: taint === true || pendingReplacement === true,
  }));
}

/** Source: pulumi, sdk/go/common/resource/sig, Key and Secret */
function isEncrypted(value: unknown): boolean {
  return toMap(value)["4dabf18193072939515e22adb298388d"] === "1b47061264138c4ac30d75fd1eb44270";
}

function isOutputs(
  value: Readonly<Record<string, unknown>>,
): value is Readonly<Record<string, unknown>> & SegmentOutputs {
  return (
    typeof value.manifest === "string" &&
    typeof value.queue === "string" &&
    typeof value.queueId === "string" &&
    typeof value.accountId === "string" &&
    typeof value.pushed === "number" &&
    typeof value.inDoubt === "number" &&
    value.ledger !== undefined &&
    Array.isArray(value.runs) &&
    Array.isArray(value.elsewhere) &&
    ["messages", "rows"].includes(String(toMap(value.content).kind))
  );
}

function toMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
