import { planSends, selectHeld, selectSendable } from "../../../lifecycle/apply/select-sendable.ts";
import { SeederError } from "../../../lifecycle/errors.ts";
import { assertNotShrunk } from "../../../lifecycle/ledger/assert-not-edited.ts";
import { diffSegment } from "../../../lifecycle/ledger/diff.ts";
import { findQueueLedger } from "../../../lifecycle/ledger/queue-ledgers.ts";
import { resolveLedger } from "../../../lifecycle/ledger/segment-ledger.ts";
import type { SegmentLedger } from "../../../lifecycle/ledger/types.ts";
import type { Decision } from "../../../plan/index.ts";
import { readDigests } from "../deployment/read-messages.ts";
import type { SegmentSnapshot } from "../deployment/segment-snapshots.ts";

/** The decision for one segment, made in the same way as by the provider. */
export interface SegmentDecision {
  readonly decision: Decision;
  /** Indices of the messages that would be sent, ascending. */
  readonly sendable: readonly number[];
  /** Number of messages in doubt that are not sent again. */
  readonly held: number;
  /** Indices of all messages in doubt, by the ledger or by the journal of a killed run, ascending. */
  readonly inDoubt: readonly number[];
  readonly journaled: JournaledMessages;
  /** Whether the run adds entries of a journal to the ledger. */
  readonly takesOver: boolean;
  readonly labelOf: SegmentLedger["labelOf"];
  /** Why the run would refuse the segment, other than for edited messages; undefined if it would not. */
  readonly refusal: string | undefined;
}

/** Numbers of messages that are pending in the ledger, but were sent according to the journal of a killed run. */
export interface JournaledMessages {
  /** Accepted by the API; not pushed again. */
  readonly pushed: number;
  /** Sent without an answer. */
  readonly inDoubt: number;
}

const emptyJournal: JournaledMessages = { pushed: 0, inDoubt: 0 };

/** Decides what a run would do for a segment. It reads local journals and, if needed, the segment's messages. */
export async function decideSegment(segment: SegmentSnapshot, env: NodeJS.ProcessEnv): Promise<SegmentDecision> {
  const { inputs, recorded } = segment;
  const { decision: all, labelOf } = resolveLedger(inputs, undefined);
  const decided = (decision: Decision, more: Partial<SegmentDecision> = {}): SegmentDecision => {
    const refused = more.refusal !== undefined || decision.edited.length > 0;
    const held = selectHeld(inputs, decision.inDoubt).length;
    const sendable = refused ? [] : selectSendable(inputs, { decision });
    return {
      decision,
      sendable,
      held,
      inDoubt: decision.inDoubt,
      journaled: emptyJournal,
      takesOver: false,
      labelOf,
      refusal: undefined,
      ...more,
    };
  };
  try {
    const left = await segment.unrecordedJournals(env);
    // A replaced resource starts with an empty ledger.
    const olds = recorded?.replaced ? undefined : recorded?.outputs;
    const ledger = olds && findQueueLedger(olds, inputs);
    const { decision } =
      olds === undefined ? { decision: all } : await diffSegment(olds, inputs, [], () => readDigests(segment));
    if (ledger !== undefined) assertNotShrunk(ledger, inputs);
    if (left.length === 0) return decided(decision);
    const rows = inputs.content.kind === "rows" ? { digests: await readDigests(segment) } : undefined;
    const recordedLedger = resolveLedger(inputs, ledger?.ledger, [], rows);
    const mergedLedger = resolveLedger(inputs, ledger?.ledger, left, rows);
    const { edited } = mergedLedger.decision;
    if (edited.length > 0) return decided({ ...decision, edited });
    // According to the journal, some of the messages in doubt were pushed.
    const arrived = new Set(mergedLedger.recovered);
    const inDoubt = decision.inDoubt.filter((index) => !arrived.has(index));
    return decided(
      { ...decision, inDoubt },
      {
        sendable: planSends(inputs, recordedLedger, mergedLedger),
        inDoubt: mergedLedger.decision.inDoubt,
        journaled: toJournaled(recordedLedger, mergedLedger),
        takesOver: true,
      },
    );
  } catch (error) {
    if (error instanceof SeederError) return decided(all, { refusal: error.message });
    throw error;
  }
}

function toJournaled(recordedLedger: SegmentLedger, { decision, recovered }: SegmentLedger): JournaledMessages {
  const known = new Set(recordedLedger.decision.inDoubt);
  return { pushed: recovered.length, inDoubt: decision.inDoubt.filter((index) => !known.has(index)).length };
}
