import { countLabels, formatAllLabels } from "../../../labels.ts";
import { type PlannedPush, toOpenPush, toPlannedPush } from "../../../lifecycle/apply/approval.ts";
import { isSameQueue } from "../../../lifecycle/ledger/queue-ledgers.ts";
import type { SegmentInputs } from "../../../lifecycle/state/segment.ts";
import { limits } from "../../../limits.ts";
import { withDedupKey } from "../../../manifest/index.ts";
import { countWriteOperations } from "../../../plan/cost.ts";
import { countBatches, encodeMessage } from "../../../plan/index.ts";
import type { EncodedMessage, Message, SourceLocation } from "../../../types.ts";
import { labelMessages } from "../deployment/label-messages.ts";
import { readSegments } from "../deployment/read-messages.ts";
import type { ManifestSnapshot, SegmentSnapshot } from "../deployment/segment-snapshots.ts";
import { decideSegment, type SegmentDecision } from "./decide-segment.ts";
import type { EditedPlanMessage, PushSize, Sample } from "./model.ts";
import { createSample, sampleMessages } from "./sample.ts";
import { emptyPush } from "./totals.ts";

/** The effect of a run on one segment, in numbers. */
export interface SegmentMeasurement
  extends Pick<SegmentDecision, "decision" | "held" | "journaled" | "takesOver" | "refusal"> {
  /** Number of messages in the segment. */
  readonly messages: number;
  /** Labels of the messages in doubt, by the ledger or by the journal of a killed run. */
  readonly inDoubtMessages: readonly string[];
  readonly push: PushSize;
  /** The push to review; undefined if nothing would be pushed. */
  readonly reviewed: PlannedPush | undefined;
  readonly edited: readonly EditedPlanMessage[];
  readonly sample: readonly Sample[];
}

/** Decides what to push of each segment, and reads the messages of all segments in one pass. */
export async function measure(
  { segments, messagesFrom }: ManifestSnapshot,
  env: NodeJS.ProcessEnv,
): Promise<readonly SegmentMeasurement[]> {
  const measurements: Measurement[] = [];
  for (const segment of segments) measurements.push(new Measurement(segment, await decideSegment(segment, env), env));
  if (messagesFrom === undefined) return Promise.all(measurements.map((measurement) => measurement.measuredUnread()));
  const first = measurements.findIndex(({ needsMessages }) => needsMessages);
  const last = measurements.findLastIndex(({ needsMessages }) => needsMessages);
  const wanted = measurements.slice(first, last + 1);
  if (first >= 0) {
    for await (const some of readSegments(segments.slice(first, last + 1), messagesFrom)) {
      for (const { segment, index, message } of some) {
        if (index === 0) wanted[segment - 1]?.close();
        wanted[segment]?.take(index, message);
      }
    }
  }
  return Promise.all(measurements.map((measurement) => measurement.measured()));
}

/** Measures one segment while its messages are read. */
class Measurement {
  readonly needsMessages: boolean;
  readonly #segment: SegmentSnapshot;
  readonly #decided: SegmentDecision;
  readonly #env: NodeJS.ProcessEnv;
  readonly #sendable: ReadonlySet<number>;
  readonly #edited: ReadonlySet<number>;
  readonly #locations = new Map<number, SourceLocation>();
  readonly #sample: Sample[] = [];
  #encoded: EncodedMessage[] = [];
  #push: PushSize = emptyPush;

  constructor(segment: SegmentSnapshot, decided: SegmentDecision, env: NodeJS.ProcessEnv) {
    this.#segment = segment;
    this.#decided = decided;
    this.#env = env;
    this.#sendable = new Set(decided.sendable);
    this.#edited = new Set(decided.decision.edited.map(({ index }) => index));
    this.needsMessages = this.#sendable.size + this.#edited.size > 0;
  }

  take(index: number, message: Message): void {
    if (this.#edited.has(index)) this.#locations.set(index, message.location);
    if (!this.#sendable.has(index)) return;
    const label = this.#decided.labelOf(index, message.id);
    // Keeps only the sizes, and only until the segment ends: all bodies together may not fit into memory.
    this.#encoded.push({ ...encodeMessage(withDedupKey(message), index, label), bodyJson: "" });
    if (this.#sample.length < sampleMessages) this.#sample.push(createSample(message, label, this.#env));
  }

  close(): void {
    if (this.#encoded.length > 0) this.#push = measureMessages(this.#encoded);
    this.#encoded = [];
  }

  /** Measures messages that only the program has: their number is exact, their sizes are estimated from the average. */
  measuredUnread(): Promise<SegmentMeasurement> {
    const { messages, bytes } = this.#segment.inputs;
    const { sendable } = this.#decided;
    this.#push = estimateSize(sendable.length, messages === 0 ? 0 : Math.ceil((bytes * sendable.length) / messages));
    return this.measured();
  }

  async measured(): Promise<SegmentMeasurement> {
    this.close();
    const { inputs } = this.#segment;
    const { decision, sendable, held, journaled, takesOver, refusal } = this.#decided;
    return {
      messages: inputs.messages,
      inDoubtMessages: await inDoubtLabels(this.#segment, this.#decided),
      decision,
      push: this.#push,
      held,
      journaled,
      takesOver,
      reviewed: reviewedPush(inputs, sendable),
      edited: decision.edited.map(({ index, ...edited }) => ({
        ...edited,
        location: this.#locations.get(index) ?? { file: inputs.file, line: 1, column: 1 },
      })),
      refusal,
      sample: this.#sample,
    };
  }
}

/**
 * Returns the labels of the messages in doubt: those in the state, where rows have the ids that they had when they were sent. If some
 * of these messages were removed since, or a local journal has others, it makes new ones.
 */
async function inDoubtLabels(
  segment: SegmentSnapshot,
  { inDoubt, takesOver }: SegmentDecision,
): Promise<readonly string[]> {
  const { recorded, inputs } = segment;
  const known =
    recorded !== undefined && isSameQueue(recorded.outputs, inputs) ? recorded.outputs.inDoubtMessages : undefined;
  if (known !== undefined && !takesOver && countLabels(known) === inDoubt.length) return known;
  return formatAllLabels(await labelMessages(segment, inDoubt));
}

function reviewedPush(inputs: SegmentInputs, sendable: readonly number[]): PlannedPush | undefined {
  if (inputs.unresolved !== undefined) return toOpenPush(inputs);
  return sendable.length === 0 ? undefined : toPlannedPush(inputs, sendable);
}

function measureMessages(encoded: readonly EncodedMessage[]): PushSize {
  const requests = countBatches(encoded);
  const sum = (of: (bytes: number) => number) => encoded.reduce((total, { bytes }) => total + of(bytes), 0);
  return { messages: encoded.length, bytes: sum((bytes) => bytes), requests, operations: sum(countWriteOperations) };
}

function estimateSize(messages: number, bytes: number): PushSize {
  if (messages === 0) return emptyPush;
  const requests = Math.max(
    Math.ceil(messages / limits.batchMessages),
    Math.ceil((bytes + messages * limits.messageOverheadBytes) / limits.batchBytes),
  );
  return { messages, bytes, requests, operations: messages * countWriteOperations(Math.ceil(bytes / messages)) };
}
