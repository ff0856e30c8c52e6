import { componentQueues, type RecordedSegment, type StackState } from "../../../engine/read-state.ts";
import { urns } from "../../../engine/urn.ts";
import { deliveryNumberOf, isSharedDelivery } from "../../../lifecycle/delivery-number.ts";
import { findDeploymentId } from "../../../lifecycle/deployments-provider.ts";
import { type OpenJournal, readRecoveredEntries } from "../../../lifecycle/journal/segment-journals.ts";
import { firstRow } from "../../../lifecycle/ledger/row-ledger.ts";
import { planSegment } from "../../../lifecycle/state/inputs.ts";
import type { SegmentInputs } from "../../../lifecycle/state/segment.ts";
import { messageDigest } from "../../../plan/index.ts";
import type { Content, Manifest, Message } from "../../../types.ts";
import type { StackSnapshot } from "./stack-snapshot.ts";

/** A segment as the program would register it, and what the state knows of it. */
export interface SegmentSnapshot {
  /** "" stands for what only the run itself will know. */
  readonly inputs: SegmentInputs;
  /** undefined: it was never pushed. */
  readonly recorded: RecordedSegment | undefined;
  /** Its messages, some at once, in order. */
  messages(): AsyncIterable<readonly Message[]>;
  /** What journals have that the state does not name. @throws Refusal when one cannot be read */
  left(env: NodeJS.ProcessEnv): Promise<readonly OpenJournal[]>;
}

export interface ManifestSnapshot {
  readonly segments: readonly SegmentSnapshot[];
  /**
   * All messages of the manifest, some at once, in order; undefined: only the program has them.
   *
   * @param from number of messages to pass over
   */
  readonly messagesFrom: ReadMessages | undefined;
}

export type ReadMessages = (from: number) => AsyncIterable<readonly Message[]>;

/** What the program of the repository registers of a manifest, by the files alone. */
export function toManifestSnapshot(manifest: Manifest, snapshot: StackSnapshot, state: StackState): ManifestSnapshot {
  const { settings, stack, config, loaded } = snapshot;
  const messagesFrom = createMessageReader(manifest);
  const common = { stack: stack.short, project: config.project, root: "." };
  const planned = loaded.segmentsOf(manifest).map((segment) => {
    const known = findRecorded(manifest, segment.index, state);
    const inputs = {
      ...planSegment(manifest, segment, common),
      // Whoever only plans may not know the account, which the environment of the deployment names.
      accountId: settings.accountId ?? known?.outputs.accountId ?? "",
      queueId: resolveQueueId(manifest.queue, snapshot, state, known) ?? "",
      deployment:
        known?.outputs.deployment ??
        findDeploymentId([manifest.name, ...manifest.formerNames], state.deployments) ??
        "",
      resourceUrn: known?.urn ?? urns.segment(stack.short, config.project, `${manifest.name}/${segment.index}`),
    };
    return { inputs, known };
  });
  const shared = sharedDelivery(planned);
  const segments = planned.map(({ inputs, known }) =>
    toSegmentSnapshot({ ...inputs, ...shared }, known, messagesFrom, snapshot),
  );
  return { segments, messagesFrom };
}

/** What the segments of a data file have in common, as the program finds it in the state. */
function sharedDelivery(
  planned: readonly { readonly inputs: SegmentInputs; readonly known: RecordedSegment | undefined }[],
): Pick<SegmentInputs, "deliveryNumber"> {
  const [first] = planned;
  const segments = planned.map(({ inputs }) => inputs);
  if (first === undefined || !isSharedDelivery(segments)) return {};
  const recorded = planned.map(({ known }) => known?.outputs);
  return { deliveryNumber: deliveryNumberOf(segments, recorded, first.inputs) };
}

/** @param messagesFrom of the whole manifest; undefined: only the program has its messages */
export function toSegmentSnapshot(
  inputs: SegmentInputs,
  recorded: RecordedSegment | undefined,
  messagesFrom: ReadMessages | undefined,
  { root, config }: Pick<StackSnapshot, "root" | "config">,
): SegmentSnapshot {
  return {
    inputs,
    recorded,
    messages: () => part(messagesFrom, inputs),
    async left(env) {
      const host = { cwd: root, env, config: toText(config) };
      // The inputs have the way from the provider's working directory, which a program chooses.
      const own = { ...inputs, root: "." };
      if (!recorded?.replaced) return readRecoveredEntries(own, recorded?.outputs, host);
      // What is created anew has none of the journals of what is deleted before it.
      const { lineage, runs } = recorded.outputs;
      const left = await readRecoveredEntries(own, undefined, host);
      return left.filter(({ found: { head } }) => head.lineage !== lineage && !runs.includes(head.id));
    },
  };
}

export function createMessageReader({ content }: Pick<Manifest, "content">): ReadMessages {
  return (from) => selectMessages(content, from);
}

function toText({ values }: StackSnapshot["config"]): (key: string) => string | undefined {
  return (key) => {
    const value = values.get(key);
    return typeof value === "string" ? value : undefined;
  };
}

/** What the state has of a segment: under the manifest's name, one that it had before, or in the one component that has it. */
function findRecorded(
  { name, formerNames }: Manifest,
  index: number,
  { segments }: StackState,
): RecordedSegment | undefined {
  const own = segments.filter(({ origin }) => origin === "manifest");
  for (const each of [name, ...formerNames]) {
    const found = own.find((segment) => segment.name === `${each}/${index}`);
    if (found !== undefined) return found;
  }
  const [found, another] = segments.filter(
    ({ origin, outputs }) => origin === "component" && outputs.manifest === name && outputs.segment === index,
  );
  return another === undefined ? found : undefined;
}

/**
 * By the stack's configuration or, where a component of the program chose the queue, by what it was.
 *
 * @returns undefined where the queue is to be created; "" where only the program knows it
 */
export function resolveQueueId(
  queue: string,
  { settings }: StackSnapshot,
  state: StackState,
  known?: RecordedSegment,
): string | undefined {
  if (known?.origin === "component") return known.outputs.queueId;
  const setting = settings.queues.get(queue);
  if (setting === undefined) return componentQueues(state).get(queue) ?? "";
  return setting.kind === "existing" ? setting.id : (state.createdQueues.get(queue) ?? setting.adopt);
}

/** A message of one of some segments that are read together. */
export interface SegmentMessage {
  /** Index of its segment among those that are read, from 0. */
  readonly segment: number;
  /** Of the message in its segment, from 0. */
  readonly index: number;
  readonly message: Message;
}

/** Reads the messages of segments that follow each other, once for all of them, some at once. */
export async function* readSegments(
  segments: readonly Pick<SegmentSnapshot, "inputs">[],
  messagesFrom: ReadMessages,
): AsyncGenerator<readonly SegmentMessage[]> {
  const [first] = segments;
  if (first === undefined) return;
  let segment = 0;
  let index = 0;
  for await (const some of messagesFrom(firstRow(first.inputs))) {
    const read: SegmentMessage[] = [];
    for (const message of some) {
      while (index === segments[segment]?.inputs.messages) {
        segment += 1;
        index = 0;
      }
      if (segment === segments.length) break;
      read.push({ segment, index, message });
      index += 1;
    }
    yield read;
    if (segment === segments.length) return;
  }
}

export async function readDigests(segment: SegmentSnapshot): Promise<readonly string[]> {
  const digests: string[] = [];
  for await (const some of segment.messages()) digests.push(...some.map(messageDigest));
  return digests;
}

async function* selectMessages(content: Content, from: number): AsyncGenerator<readonly Message[]> {
  if (content.kind === "inline") yield content.messages.slice(from);
  else yield* content.read(from);
}

async function* part(
  messagesFrom: ReadMessages | undefined,
  inputs: SegmentInputs,
): AsyncGenerator<readonly Message[]> {
  if (messagesFrom === undefined) return;
  let left = inputs.messages;
  for await (const some of messagesFrom(firstRow(inputs))) {
    yield some.slice(0, left);
    left -= some.length;
    if (left <= 0) return;
  }
}
