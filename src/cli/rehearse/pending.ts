import { emptyState } from "../../engine/read-state.ts";
import { resolveLedger } from "../../lifecycle/ledger/segment-ledger.ts";
import type { SegmentLedger } from "../../lifecycle/ledger/types.ts";
import { resolveMessage } from "../../lifecycle/source/manifest-messages.ts";
import type { SegmentInputs } from "../../lifecycle/state/segment.ts";
import { encodeMessage } from "../../plan/index.ts";
import type { RehearsedMessage } from "../../rehearse/types.ts";
import { type DeployedManifest, deployedManifests } from "../shared/deployment/deployed-manifests.ts";
import { readSegments } from "../shared/deployment/read-messages.ts";
import type { SegmentSnapshot } from "../shared/deployment/segment-snapshots.ts";
import type { StackSnapshot } from "../shared/deployment/stack-snapshot.ts";
import { decideSegment } from "../shared/plan/decide-segment.ts";

export interface PendingOptions {
  /** Whether to rehearse all messages instead of those that would be pushed. */
  readonly all: boolean;
  /** Paths of manifests and folders, relative to the repository; empty for all. */
  readonly paths: readonly string[];
  /** Maximum number of messages per manifest; undefined for all. */
  readonly sample: number | undefined;
  readonly seed: number;
  /** Values of secrets by their names in bodies. The name of a secret without a value is kept. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** The messages of a manifest to rehearse. */
export interface PendingManifest {
  readonly name: string;
  readonly queue: string;
  /** Number of messages that would be pushed, or of all messages with `all`. */
  readonly pending: number;
  /** Number of these messages that are rehearsed. */
  readonly drawn: number;
  /** Reasons why messages are not rehearsed, one clause each. */
  readonly notes: readonly string[];
  /** Reads the messages in chunks, in order, encoded as for the push. */
  read(): AsyncIterable<readonly RehearsedMessage[]>;
}

interface PendingSegment {
  readonly segment: SegmentSnapshot;
  readonly wanted: ReadonlySet<number>;
  readonly labelOf: SegmentLedger["labelOf"];
}

/** Selects the messages that `up` would push for this snapshot, using the same code as `up`. */
export async function pendingManifests(
  facts: StackSnapshot,
  options: PendingOptions,
  env: NodeJS.ProcessEnv,
): Promise<readonly PendingManifest[]> {
  const state = facts.state.kind === "read" ? facts.state.state : emptyState;
  const deployed = await deployedManifests(facts, state);
  const pending: PendingManifest[] = [];
  for (const manifest of deployed) {
    if (!isNamed(manifest.terms.location.file, options.paths)) continue;
    pending.push(await pendingManifest(manifest, options, env));
  }
  return pending;
}

async function pendingManifest(
  manifest: DeployedManifest,
  options: PendingOptions,
  env: NodeJS.ProcessEnv,
): Promise<PendingManifest> {
  const { terms, segments, messagesFrom, unresolved } = manifest;
  const found: (Omit<PendingSegment, "wanted"> & { readonly sendable: readonly number[] })[] = [];
  const notes: string[] = [];
  for (const segment of segments) {
    if (options.all) {
      const { decision, labelOf } = resolveLedger(segment.inputs, undefined);
      found.push({ segment, sendable: decision.pending, labelOf });
      continue;
    }
    const { sendable, labelOf, refusal, decision } = await decideSegment(segment, env);
    if (refusal !== undefined) notes.push(`up would refuse ${terms.name}: ${refusal}`);
    if (decision.edited.length > 0) notes.push(`up would refuse ${terms.name}: messages were edited after the push`);
    found.push({ segment, sendable, labelOf });
  }
  const total = found.reduce((sum, { sendable }) => sum + sendable.length, 0);
  if (messagesFrom === undefined || unresolved !== undefined) {
    notes.push(`the messages of ${terms.name} are only known to the program`);
  }
  const readable = messagesFrom === undefined ? 0 : total;
  const drawn =
    options.sample === undefined || options.sample >= readable
      ? undefined
      : drawSample(readable, options.sample, createRandom(options.seed));
  let first = 0;
  const wanted = found.map(({ segment, sendable, labelOf }): PendingSegment => {
    const start = first;
    first += sendable.length;
    return { segment, labelOf, wanted: new Set(sendable.filter((_, at) => drawn?.has(start + at) ?? true)) };
  });
  return {
    name: terms.name,
    queue: terms.queue,
    pending: total,
    drawn: messagesFrom === undefined ? 0 : (drawn?.size ?? readable),
    notes,
    read: () => read(terms.name, wanted, messagesFrom, options.secrets),
  };
}

async function* read(
  manifest: string,
  segments: readonly PendingSegment[],
  messagesFrom: DeployedManifest["messagesFrom"],
  secrets: ReadonlyMap<string, string>,
): AsyncGenerator<readonly RehearsedMessage[]> {
  if (messagesFrom === undefined) return;
  const first = segments.findIndex(({ wanted }) => wanted.size > 0);
  const last = segments.findLastIndex(({ wanted }) => wanted.size > 0);
  if (first < 0) return;
  const walked = segments.slice(first, last + 1);
  for await (const some of readSegments(
    walked.map(({ segment }) => segment),
    messagesFrom,
  )) {
    yield some.flatMap(({ segment: at, index, message }) => {
      const { segment, wanted, labelOf } = walked[at] as PendingSegment;
      if (!wanted.has(index)) return [];
      const complete = resolveMessage(message, segment.inputs, placeholders(segment.inputs, secrets));
      return [
        { manifest, location: message.location, encoded: encodeMessage(complete, index, labelOf(index, message.id)) },
      ];
    });
  }
}

/** Looks up secrets by their names in bodies; returns the placeholder itself for a secret without a value. */
function placeholders({ project }: SegmentInputs, secrets: ReadonlyMap<string, string>) {
  const value = (name: string, kind: "secret" | "env") => secrets.get(name) ?? `\${${kind}.${name}}`;
  return {
    config: (key: string) => {
      const own = `${project}:`;
      return value(key.startsWith(own) ? key.slice(own.length) : key, "secret");
    },
    env: new Proxy({}, { get: (_, name) => (typeof name === "string" ? value(name, "env") : undefined) }),
  };
}

function isNamed(file: string, paths: readonly string[]): boolean {
  return paths.length === 0 || paths.some((path) => path === "" || file === path || file.startsWith(`${path}/`));
}

/** Creates a generator of numbers from 0 (inclusive) to 1 (exclusive) that a seed determines (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Draws a random sample, in which every set of that size is equally likely (Knuth's selection sampling), in ascending order.
 *
 * @param total draws from the numbers 0 to `total` - 1
 * @param size size of the sample; all numbers are drawn if there are no more
 */
export function drawSample(total: number, size: number, random: () => number): ReadonlySet<number> {
  const drawn = new Set<number>();
  for (let number = 0; number < total && drawn.size < size; number += 1) {
    if (random() * (total - number) < size - drawn.size) drawn.add(number);
  }
  return drawn;
}
