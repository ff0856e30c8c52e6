import type { Claim } from "./journal/claim-journals.ts";
import type { Book } from "./ledger/types.ts";
import type { Session } from "./session.ts";
import type { Feed } from "./source/message-source.ts";
import type { QueueLedger, SegmentInputs, SegmentOutputs } from "./state/segment.ts";

/** A segment whose turn it is. */
export interface Delivery {
  readonly inputs: SegmentInputs;
  /** Outputs of the last run; undefined: there was none. */
  readonly before: SegmentOutputs | undefined;
  /** What they have of the queue that the segment goes to; undefined: nothing. */
  readonly recorded: QueueLedger | undefined;
  readonly claim: Claim;
  readonly book: Book;
  /** Opened when something is to be read. */
  readonly feed: () => Promise<Feed>;
  readonly session: Session;
}
