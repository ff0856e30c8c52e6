import { parseDeployments } from "../lifecycle/deployments-provider.ts";
import { parseOutputs } from "../lifecycle/state/parse-outputs.ts";
import type { SegmentOutputs } from "../lifecycle/state/segment.ts";
import { decodeLedger, decodeRowsLedger, decodeSourceRecord, type SourceRecord } from "../plan/index.ts";
import {
  dataFileType,
  deploymentsType,
  isOwnSegment,
  parseSegmentName,
  parseUrn,
  queueType,
  segmentType,
} from "../urn.ts";
import { EngineNotFoundError, type Pulumi, tryFindPulumi } from "./pulumi.ts";
import { exitCodes, parseReason } from "./pulumi-internals/cli-messages.ts";
import { type ExportedResource, isEncrypted, parseExportedState } from "./pulumi-internals/exported-state.ts";

/** The queue-seeder resources in the Pulumi state of a stack. */
export interface StackState {
  readonly segments: readonly RecordedSegment[];
  /** Ids of the queues that the stack created, by the name that manifests use. */
  readonly createdQueues: ReadonlyMap<string, string>;
  /** The data files that the manifests had, with their segments. */
  readonly sources: readonly SourceRecord[];
  /** Deployment ids of the program's manifests, by manifest name. */
  readonly deployments: ReadonlyMap<string, string>;
}

export interface RecordedSegment {
  /** Name of the resource, unique in the stack. */
  readonly name: string;
  readonly urn: string;
  /** Name of the manifest in the state's resource name, which after `moved_from` may be newer than that in the outputs. */
  readonly manifest: string;
  readonly outputs: SegmentOutputs;
  readonly origin: Origin;
  /** Whether the next run recreates the resource with an empty ledger, as `pulumi state taint` requests. */
  readonly replaced: boolean;
}

/**
 * What deploys a segment: a manifest of the whole program, a manifest of a component, or messages that the program passes, which
 * are in no file of the repository.
 */
export type Origin = "manifest" | "component" | "values";

/** Result of reading the state. */
export type StateReading =
  | { readonly kind: "read"; readonly state: StackState }
  /** The state is unavailable or does not exist; `reason` is a clause without a trailing full stop. */
  | { readonly kind: "none"; readonly code: StateUnavailable; readonly reason: string };

/**
 * Why there is no state.
 *
 * - `no_engine`: there is no Pulumi engine.
 * - `no_login`: Pulumi is not logged in to a backend.
 * - `no_stack`: the backend does not have the stack: it was never deployed.
 * - `unreadable`: Pulumi failed for another reason.
 */
export type StateUnavailable = "no_engine" | "no_login" | "no_stack" | "unreadable";

export const emptyState: StackState = { segments: [], sources: [], createdQueues: new Map(), deployments: new Map() };

/** Types of resources that Pulumi would delete and recreate if their URNs name another stack or project. */
const seededTypes: ReadonlySet<string> = new Set([segmentType, deploymentsType, queueType]);

/** Thrown if the state cannot be compared with what the next run deploys. */
export class StateError extends Error {
  override name = "StateError";
}

/** Returns the error for a state of another project or stack: Pulumi would not match its resources with those of this one. */
function otherStackError(urn: string, { project, stack }: StackIdentity): StateError {
  const other = parseUrn(urn);
  return new StateError(
    `STATE_OF_OTHER_STACK: the state holds resources of ${other.project}/${other.stack}, and this is ${project}/${stack}. ` +
      "A run would delete these, the ledger with them, and push every message again; nothing was done. To rename a project " +
      "or stack, use `pulumi stack rename` before Pulumi.yaml changes; to mend a state that was imported, replace the names " +
      "in the URNs of `pulumi stack export`, and import it once more.",
  );
}

/** Returns the error for an id that is a Pulumi secret: it is encrypted in the state and cannot be compared. */
export function secretId(urn: string): StateError {
  return new StateError(
    `ID_SECRET: the id of the queue or of the account of ${urn} is a secret to Pulumi, so it cannot be compared with the state. ` +
      "Nothing was pushed. Neither is a secret: set it without --secret, or give it in plain text with `pulumi.unsecret`.",
  );
}

/** The project and the stack, as they appear in URNs. */
export interface StackIdentity {
  readonly project: string;
  /** Without organization and project. */
  readonly stack: string;
}

const unavailable: Readonly<Record<number, StateUnavailable>> = {
  [exitCodes.notLoggedIn]: "no_login",
  [exitCodes.stackNotFound]: "no_stack",
};

/**
 * Reads the state of a stack. No passphrase is needed, since secrets stay encrypted.
 *
 * @param find finds the Pulumi CLI; see `findPulumi`
 * @param stack name that Pulumi's commands accept
 * @throws LedgerError if the state contains an unreadable ledger; StateError if it cannot be compared
 */
export async function readState(
  find: () => Promise<Pulumi>,
  stack: string,
  identity: StackIdentity,
): Promise<StateReading> {
  const pulumi = await tryFindPulumi(find);
  if (pulumi instanceof EngineNotFoundError) return { kind: "none", code: "no_engine", reason: pulumi.message };
  const { code, stdout, stderr } = await pulumi.run(["stack", "export", "--stack", stack]);
  if (code === 0) return { kind: "read", state: parseState(stdout, identity) };
  return { kind: "none", code: unavailable[code ?? -1] ?? "unreadable", reason: parseReason(stderr) };
}

/** Parses the output of `pulumi stack export`. @throws LedgerError, StateError */
export function parseState(text: string, identity: StackIdentity): StackState {
  const resources = parseExportedState(text).filter(({ deleted }) => !deleted);
  const isOwn = ({ urn }: ExportedResource) => {
    const { stack, project } = parseUrn(urn);
    return stack === identity.stack && project === identity.project;
  };
  const segments = resources.filter(({ type }) => type === segmentType);
  const own = resources.filter(isOwn);
  const queues = own.flatMap(({ type, urn, outputs: { queueId } }) =>
    type === queueType && typeof queueId === "string" ? [[parseUrn(urn).name, queueId] as const] : [],
  );
  const list = own.find(({ type, urn }) => type === deploymentsType && parseUrn(urn).name === "deployments");
  const [foreign] = resources.filter((resource) => seededTypes.has(resource.type) && !isOwn(resource));
  if (foreign !== undefined) throw otherStackError(foreign.urn, identity);
  const ids = list === undefined ? {} : parseDeployments(list.outputs).ids;
  return {
    segments: segments.map(recordedSegment),
    sources: resources.flatMap(({ type, outputs }) =>
      type === dataFileType ? (decodeSourceRecord(outputs.source) ?? []) : [],
    ),
    createdQueues: new Map(queues),
    deployments: new Map(Object.entries(ids)),
  };
}

/** @throws LedgerError */
function recordedSegment({ urn, inputs, outputs: stored, replaced }: ExportedResource): RecordedSegment {
  if ([stored.queueId, stored.accountId].some(isEncrypted)) throw secretId(urn);
  const outputs = parseOutputs(stored, urn);
  // Validates the ledger here and not on first use: a plan must not be based on a partly readable state.
  (outputs.content.kind === "rows" ? decodeRowsLedger : decodeLedger)(outputs.ledger);
  const { name } = parseUrn(urn);
  const origin: Origin = inputs.inlineMessages !== undefined ? "values" : isOwnSegment(urn) ? "manifest" : "component";
  const manifest = origin === "manifest" ? parseSegmentName(name).manifest : outputs.manifest;
  return { name, urn, manifest, outputs, origin, replaced };
}

/** Returns the name under which a manifest is deployed: within a component, the component's name is its prefix. */
export function formatDeployedName({ name }: Pick<RecordedSegment, "name">): string {
  return parseSegmentName(name).manifest;
}

/** Returns the ids of the queues that components push to, by the names that manifests use; "" for a name with several ids. */
export function componentQueues({ segments }: StackState): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const { origin, outputs } of segments) {
    if (origin !== "component") continue;
    const known = ids.get(outputs.queue) ?? outputs.queueId;
    ids.set(outputs.queue, known === outputs.queueId ? known : "");
  }
  return ids;
}
