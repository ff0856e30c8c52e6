import type { SegmentOutputs } from "../../lifecycle/segment.ts";
import { LedgerError, unpackLedger, unpackRows } from "../../plan/index.ts";
import { NoEngine, type Pulumi } from "./pulumi.ts";

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
  readonly outputs: SegmentOutputs;
  readonly origin: Origin;
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
  | { readonly kind: "none"; readonly code: NoState; readonly why: string };

/**
 * Why there is no state.
 *
 * - `no_engine`: there is no Pulumi to ask.
 * - `no_login`: Pulumi is not logged in to a backend.
 * - `no_stack`: the backend has no such stack: it was never deployed.
 * - `unreadable`: Pulumi refused for another reason.
 */
export type NoState = "no_engine" | "no_login" | "no_stack" | "unreadable";

export const emptyState: StackState = { segments: [], createdQueues: new Map(), deployments: new Map() };

/** Pulumi's exit codes. Source: pulumi, sdk/go/common/util/cmdutil/exit_codes.go */
const exitCodes: Readonly<Record<number, NoState>> = { 3: "no_login", 6: "no_stack" };

/**
 * Reads the state of a stack. It needs no passphrase: secrets stay encrypted in it.
 *
 * @param find finds the engine; see `findPulumi`
 * @throws LedgerError when the state is there and cannot be understood
 */
export async function readState(find: () => Promise<Pulumi>, stack: string): Promise<StateReading> {
  let pulumi: Pulumi;
  try {
    pulumi = await find();
  } catch (error) {
    if (error instanceof NoEngine) return { kind: "none", code: "no_engine", why: error.message };
    throw error;
  }
  const { code, stdout, stderr } = await pulumi.run(["stack", "export", "--stack", stack]);
  if (code === 0) return { kind: "read", state: parseState(stdout) };
  const kind = exitCodes[code ?? -1] ?? "unreadable";
  return { kind: "none", code: kind, why: reasonOf(stderr) };
}

/** The engine's own words, the first line of them. */
export function reasonOf(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const line = lines.find((each) => each.startsWith("error: ")) ?? lines[0] ?? "Pulumi gave no reason";
  return line.replace(/^error: /, "").replace(/\.$/, "");
}

/** @throws LedgerError */
export function parseState(text: string): StackState {
  const resources = resourcesOf(text);
  const segments = resources.flatMap(({ type, urn, inputs, outputs, deleted }) => {
    if (type !== segmentType || deleted) return [];
    if (!isOutputs(outputs)) throw new LedgerError(`${urn} has no ledger that can be read`);
    // Told at once, and not when the ledger is used: nothing may be planned on half a state.
    (outputs.content.kind === "rows" ? unpackRows : unpackLedger)(outputs.ledger);
    const name = nameOf(urn);
    const alone = name === `${outputs.manifest}/${outputs.segment}`;
    const origin: Origin = inputs.given !== undefined ? "values" : alone ? "manifest" : "component";
    return [{ name, urn, outputs, origin }];
  });
  const queues = resources.flatMap(({ type, urn, outputs, deleted }) => {
    const id = outputs.queueId;
    return type === "cloudflare:index/queue:Queue" && !deleted && typeof id === "string"
      ? [[nameOf(urn), id] as const]
      : [];
  });
  const own = resources.find(({ type, urn }) => type === deploymentsType && nameOf(urn) === "deployments");
  const ids = Object.entries(asMap(own?.outputs.ids)).map(([name, id]) => [name, String(id)] as const);
  return { segments, createdQueues: new Map(queues), deployments: new Map(ids) };
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
}

function resourcesOf(text: string): readonly Resource[] {
  let exported: unknown;
  try {
    exported = JSON.parse(text);
  } catch {
    throw new LedgerError("`pulumi stack export` wrote no JSON");
  }
  const resources = asMap(asMap(exported).deployment).resources ?? [];
  if (!Array.isArray(resources)) throw new LedgerError("`pulumi stack export` wrote no list of resources");
  return resources.map(asMap).map(({ type, urn, inputs, outputs, delete: deleted }) => ({
    type: String(type),
    urn: String(urn),
    inputs: asMap(inputs),
    outputs: asMap(outputs),
    deleted: deleted === true,
  }));
}

const componentType = "queue-seeder:index:Manifest";
const segmentType = "pulumi-nodejs:dynamic:Segment";
const deploymentsType = "pulumi-nodejs:dynamic:Deployments";

/** URNs that the engine gives to what the whole program deploys; each part may be a pattern of `--target`. */
export const urns = {
  segment: (stack: string, project: string, name: string) =>
    `urn:pulumi:${stack}::${project}::${componentType}$${segmentType}::${name}`,
  /** Of the manifest's component that a segment is of, whoever deploys it. */
  manifestOf: (segment: string) => segment.replace(`$${segmentType}::`, "::").replace(/\/\d+$/, ""),
  deployments: (stack: string, project: string) => `urn:pulumi:${stack}::${project}::${deploymentsType}::deployments`,
} as const;

/** urn:pulumi:STACK::PROJECT::TYPES::NAME, and a name may hold "::" itself. */
function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
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
    ["messages", "rows"].includes(String(asMap(value.content).kind))
  );
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
