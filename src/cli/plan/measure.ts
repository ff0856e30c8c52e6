import { type Book, openBook } from "../../lifecycle/book.ts";
import { diffSegment } from "../../lifecycle/diff.ts";
import { refuseShrunk } from "../../lifecycle/edited.ts";
import { Refusal } from "../../lifecycle/failure.ts";
import { pushDigest } from "../../lifecycle/reviewed.ts";
import { stamped } from "../../manifest/index.ts";
import { operationsToWrite } from "../../plan/cost.ts";
import { type Decision, pack, toParcel } from "../../plan/index.ts";
import type { Parcel, Place } from "../../types.ts";
import { digestsOf, type SegmentFacts } from "../deployment/segments.ts";
import { type Edited, type Load, noLoad, type Sample } from "./model.ts";
import { sampleMessages, sampleOf } from "./sample.ts";

/** What a run would do for one segment. */
export interface Measured {
  /** In the segment. */
  readonly messages: number;
  readonly decision: Decision;
  readonly push: Load;
  readonly held: number;
  /** undefined: nothing would be pushed. */
  readonly digest: string | undefined;
  readonly edited: readonly Edited[];
  /** Why the run would refuse the segment otherwise. */
  readonly refusal: string | undefined;
  readonly sample: readonly Sample[];
}

/** Decides as the provider does, and reads what would be pushed to measure it. */
export async function measure(segment: SegmentFacts, env: NodeJS.ProcessEnv): Promise<Measured> {
  const { inputs } = segment;
  const decided = await decideAs(segment);
  const { decision, refusal } = decided;
  const held = new Set(inputs.inDoubtPolicy === "stop" ? decision.inDoubt : []);
  const refused = refusal !== undefined || decision.edited.length > 0;
  const sendable = refused ? [] : decision.pending.filter((index) => !held.has(index));
  const { parcels, places, sample } = await look(segment, sendable, decided, env);
  return {
    messages: inputs.messages,
    decision,
    push: loadOf(parcels),
    held: held.size,
    digest: sendable.length === 0 ? undefined : pushDigest(inputs, inputs.queueId, sendable),
    edited: decision.edited.map(({ index, ...edited }) => ({
      ...edited,
      place: places.get(index) ?? { file: inputs.file, line: 1, column: 1 },
    })),
    refusal,
    sample,
  };
}

interface Decided {
  readonly decision: Decision;
  readonly labelOf: Book["labelOf"];
  readonly refusal?: string;
}

async function decideAs(segment: SegmentFacts): Promise<Decided> {
  const { inputs, recorded } = segment;
  const { decision: all, labelOf } = openBook(inputs, undefined);
  const fresh = { decision: all, labelOf };
  if (recorded === undefined) return fresh;
  try {
    const { replaces, decision } = await diffSegment(recorded.outputs, inputs, () => digestsOf(segment));
    // Another queue has nothing yet: the engine replaces the resource, and its ledger begins anew.
    if (replaces.length > 0) return fresh;
    refuseShrunk(recorded.outputs, inputs);
    return { decision, labelOf };
  } catch (error) {
    if (error instanceof Refusal) return { ...fresh, refusal: error.message };
    throw error;
  }
}

/** Reads the segment's messages, if there is anything to see of them. */
async function look(
  segment: SegmentFacts,
  sendable: readonly number[],
  { decision: { edited }, labelOf }: Decided,
  env: NodeJS.ProcessEnv,
): Promise<{
  readonly parcels: readonly Parcel[];
  readonly places: ReadonlyMap<number, Place>;
  readonly sample: readonly Sample[];
}> {
  const wanted = new Set(sendable);
  const editedAt = new Set(edited.map(({ index }) => index));
  const places = new Map<number, Place>();
  const parcels: Parcel[] = [];
  const sample: Sample[] = [];
  if (wanted.size + editedAt.size === 0) return { parcels, places, sample };
  let index = 0;
  for await (const some of segment.messages()) {
    for (const message of some) {
      if (editedAt.has(index)) places.set(index, message.place);
      if (wanted.has(index)) {
        const label = labelOf(index);
        // Only the sizes are kept: the bodies of a segment may be larger than memory.
        parcels.push({ ...toParcel(stamped(message), index, label), bodyJson: "" });
        if (sample.length < sampleMessages) sample.push(sampleOf(message, label, env));
      }
      index += 1;
    }
  }
  return { parcels, places, sample };
}

function loadOf(parcels: readonly Parcel[]): Load {
  let requests = 0;
  for (const _ of pack(parcels)) requests += 1;
  const sum = (of: (bytes: number) => number) => parcels.reduce((total, { bytes }) => total + of(bytes), 0);
  return {
    ...noLoad,
    messages: parcels.length,
    bytes: sum((bytes) => bytes),
    requests,
    operations: sum(operationsToWrite),
  };
}
