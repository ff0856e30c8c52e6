import type { JournalClaim } from "./journal/claim-journals.ts";
import type { SegmentLedger } from "./ledger/types.ts";
import type { Session } from "./session.ts";
import type { MessageSource } from "./source/message-source.ts";
import type { QueueLedger, SegmentInputs, SegmentOutputs } from "./state/segment.ts";

/** A segment whose turn it is. */
export interface SegmentRun {
  readonly inputs: SegmentInputs;
  /** Outputs of the last run; undefined: there was none. */
  readonly previous: SegmentOutputs | undefined;
  /** What they have of the queue that the segment goes to; undefined: nothing. */
  readonly recorded: QueueLedger | undefined;
  readonly claim: JournalClaim;
  readonly ledger: SegmentLedger;
  /** Opened when something is to be read. */
  readonly source: () => Promise<MessageSource>;
  readonly session: Session;
}
