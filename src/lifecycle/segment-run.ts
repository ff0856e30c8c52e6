import type { JournalClaim } from "./journal/claim-journals.ts";
import type { SegmentLedger } from "./ledger/types.ts";
import type { Session } from "./session.ts";
import type { MessageSource } from "./source/message-source.ts";
import type { QueueLedger, SegmentInputs, SegmentOutputs } from "./state/segment.ts";

/** Everything needed to push one segment. */
export interface SegmentRun {
  readonly inputs: SegmentInputs;
  /** Outputs of the last run, undefined if there was none. */
  readonly previous: SegmentOutputs | undefined;
  /** The ledger in those outputs of the queue that the segment is pushed to, undefined if there is none. */
  readonly recorded: QueueLedger | undefined;
  readonly claim: JournalClaim;
  readonly ledger: SegmentLedger;
  /** Opens the messages of the segment when they are first read. */
  readonly source: () => Promise<MessageSource>;
  readonly session: Session;
}
