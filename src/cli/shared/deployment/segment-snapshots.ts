import { componentQueues, type RecordedSegment, type StackState } from "../../../engine/read-state.ts";
import { isSharedDelivery, resolveDeliveryNumber } from "../../../lifecycle/delivery-number.ts";
import { findDeploymentId } from "../../../lifecycle/deployments-provider.ts";
import { type OpenJournal, readRecoveredEntries } from "../../../lifecycle/journal/segment-journals.ts";
import { withFormerSegments } from "../../../lifecycle/state/former-segments.ts";
import { planSegment } from "../../../lifecycle/state/inputs.ts";
import type { SegmentInputs } from "../../../lifecycle/state/segment.ts";
import type { Manifest, Message } from "../../../types.ts";
import { urns } from "../../../urn.ts";
import { createMessageReader, type ReadMessages, readSegment } from "./read-messages.ts";
import type { StackSnapshot } from "./stack-snapshot.ts";

/** A segment as the program would register it, with its resource in the state. */
export interface SegmentSnapshot {
  /** Inputs of the resource; "" for ids that are only known during the run. */
  readonly inputs: SegmentInputs;
  /** The resource in the state; undefined if the segment was never pushed. */
  readonly recorded: RecordedSegment | undefined;
  /** Reads its messages in chunks, in order. */
  messages(): AsyncIterable<readonly Message[]>;
  /** Reads the journals whose entries the state does not contain. @throws SeederError if one cannot be read */
  unrecordedJournals(env: NodeJS.ProcessEnv): Promise<readonly OpenJournal[]>;
}

/** The segments of a manifest, in order, and its messages. */
export interface ManifestSnapshot {
  readonly segments: readonly SegmentSnapshot[];
  /**
   * Reads all messages of the manifest in chunks, in order; undefined if only the program has them.
   *
   * @param from number of messages to skip
   */
  readonly messagesFrom: ReadMessages | undefined;
}

/** Computes what the repository's program registers for a manifest, without running it. */
export function toManifestSnapshot(manifest: Manifest, snapshot: StackSnapshot, state: StackState): ManifestSnapshot {
  const { settings, stack, config, loaded } = snapshot;
  const messagesFrom = createMessageReader(manifest);
  const common = { stack: stack.short, project: config.project, root: "." };
  const recorded = [...new Set(state.segments.map(({ outputs }) => outputs.segment))].flatMap(
    (index) => findRecorded(manifest, index, state)?.outputs ?? [],
  );
  const planned = withFormerSegments(loaded.segmentsOf(manifest), recorded).map((segment) => {
    const known = findRecorded(manifest, segment.index, state);
    const inputs = {
      ...planSegment(manifest, segment, common),
      // The account may be set only in the environment of the deployment, which a plan does not have.
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

/** Returns the delivery number that the segments of a data file share, determined from the state as by the program. */
function sharedDelivery(
  planned: readonly { readonly inputs: SegmentInputs; readonly known: RecordedSegment | undefined }[],
): Pick<SegmentInputs, "deliveryNumber"> {
  const [first] = planned;
  const segments = planned.map(({ inputs }) => inputs);
  if (first === undefined || !isSharedDelivery(segments)) return {};
  const recorded = planned.map(({ known }) => known?.outputs);
  return { deliveryNumber: resolveDeliveryNumber(segments, recorded, first.inputs) };
}

/** Creates a segment's snapshot. @param messagesFrom of the whole manifest; undefined if only the program has its messages */
export function toSegmentSnapshot(
  inputs: SegmentInputs,
  recorded: RecordedSegment | undefined,
  messagesFrom: ReadMessages | undefined,
  { root, config }: Pick<StackSnapshot, "root" | "config">,
): SegmentSnapshot {
  return {
    inputs,
    recorded,
    messages: () => readSegment(messagesFrom, inputs),
    async unrecordedJournals(env) {
      const host = { cwd: root, env, config: toText(config) };
      // The inputs contain the path from the provider's working directory, which the program chooses.
      const own = { ...inputs, root: "." };
      if (!recorded?.replaced) return readRecoveredEntries(own, recorded?.outputs, host);
      // A replacement does not take over the journals of the resource that it replaces.
      const { lineage, runs } = recorded.outputs;
      const left = await readRecoveredEntries(own, undefined, host);
      return left.filter(({ found: { head } }) => head.lineage !== lineage && !runs.includes(head.id));
    },
  };
}

function toText({ values }: StackSnapshot["config"]): (key: string) => string | undefined {
  return (key) => {
    const value = values.get(key);
    return typeof value === "string" ? value : undefined;
  };
}

/** Finds a segment in the state: under the manifest's name, a former name, or in the only component that deploys it. */
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
 * Resolves a queue's id from the stack's configuration or, if a component of the program chose the queue, from the state.
 *
 * @returns undefined if the queue has to be created; "" if only the program can determine the id
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
