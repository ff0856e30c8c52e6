import type { QueueRef } from "../../types.ts";
import type { Owner } from "./owner.ts";

/** The values by which journals are listed. The head of a journal also identifies the resource that it belongs to. */
export interface JournalSite {
  readonly queue: QueueRef;
  /** The number of the segment in its manifest. */
  readonly segment: number;
}

/** The identity of a journal, and the state that it continues. */
export interface JournalHead extends JournalSite {
  /** A random id. The Pulumi state contains it as soon as it contains the entries of the journal. */
  readonly id: string;
  /** The ids of the journals whose entries it took over. */
  readonly takenOver: readonly string[];
  /** The latest id in the Pulumi state for this queue when the run began; null if the state had none. */
  readonly base: string | null;
  /** A random id that distinguishes the resource's ledger from those of earlier and other resources. */
  readonly lineage: string;
  /** A random id of this deployment of the manifest, the same for all segments. */
  readonly deployment: string;
  /** The names of project, stack and resource, which users may change. */
  readonly resource: string;
  readonly kind: "messages" | "rows";
  /** The digest of the delivery, as the ledger would have it. */
  readonly delivery: string;
  /** Its number, if all segments of a data file share it. */
  readonly deliveryNumber?: number | undefined;
  /** Whether it is a new delivery of everything, so that messages pushed according to the state do not count. */
  readonly startsOver: boolean;
  /** Identifies the messages in the ledger of the producer Worker; absent for the REST API. */
  readonly workerLedger?: { readonly generation: string; readonly ledger?: string } | undefined;
  /** Whether Pulumi saves no state before the run ends. */
  readonly uncheckpointed: boolean;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly owner: Owner;
}

/** A message that is being sent. */
export interface JournalEntry {
  /** The index of the message in its manifest, which identifies it in this run. */
  readonly at: number;
  /** Its key in the ledger, which also identifies it in later runs. Never a body. */
  readonly key: string;
}

/** The keys of messages from interrupted runs that the Pulumi state does not contain, one per message. */
export interface RecoveredEntries {
  readonly pushed: readonly string[];
  /**
   * Messages whose run ended before their answer was recorded. Messages that were sent again and arrived are in both lists: they
   * may be in the queue twice.
   */
  readonly inDoubt: readonly string[];
}

export const noEntries: RecoveredEntries = { pushed: [], inDoubt: [] };

/** The content of a journal. */
export interface JournalContent {
  /** The entries of all runs that it includes. */
  readonly entries: RecoveredEntries;
  /** Only the entries of the run that wrote it. */
  readonly own: RecoveredEntries;
  /** Whether the run that wrote it has ended, successfully or not, and sends nothing more. */
  readonly ended: boolean;
}

/** An existing journal. */
export interface FoundJournal {
  readonly head: JournalHead;
  /** The name of its file, which changes when another run takes it over. */
  readonly file: string;
  /** Whether a run on this machine deleted the resource of this journal. */
  readonly removed: boolean;
  /** Reads it. @throws JournalError if it is damaged; treating it as empty could push messages twice */
  read(): Promise<JournalContent>;
}

/** The outcome of a message, a key in the journal. `possibleDuplicates`: pushed after an answer was lost, so it may have arrived twice. */
export type EntryOutcome = "pushed" | "possibleDuplicates" | "inDoubt" | "notSent";

/** A record of a push on disk, so that a kill only loses the answers of requests in flight. */
export interface Journal extends Pick<JournalHead, "id" | "lineage"> {
  /** Records messages before their request, and resolves when that is on disk. Only then may the request be sent. */
  recordSending(entries: readonly JournalEntry[]): Promise<void>;
  /** Records the outcome of messages by their indices, and resolves when that is on disk. */
  recordOutcome(state: EntryOutcome, at: readonly number[]): Promise<void>;
  /** @throws JournalError if another run took over the journal; nothing may be sent after that */
  assertOwned(): Promise<void>;
  /** Records the end of the run, and closes the file but keeps it. */
  close(): Promise<void>;
  /** Deletes the journal of a run that sent nothing. */
  discard(): Promise<void>;
}

/** The storage of journals. */
export interface Journals {
  /**
   * Lists the journals of a site, or all, oldest first.
   *
   * @param isWanted selects journals by their heads; default: all of them
   * @throws JournalError
   */
  list(site?: JournalSite, isWanted?: (head: JournalHead) => boolean): Promise<readonly FoundJournal[]>;
  /**
   * Takes over a journal from the run that wrote it. It contains everything that this run sent, and the run sends nothing more.
   *
   * @returns undefined if another run was faster
   */
  take(found: FoundJournal): Promise<FoundJournal | undefined>;
  /** Begins a journal. @param left the entries of the journals that it takes over */
  begin(head: JournalHead, left: RecoveredEntries): Promise<Journal>;
  /** Deletes a journal whose entries are in the Pulumi state, or in another journal. */
  drop(found: FoundJournal): Promise<void>;
  /** Marks a journal whose resource was deleted. */
  markRemoved(found: FoundJournal): Promise<void>;
  /** Reports whether the run that wrote it still sends, as far as this machine can see. */
  isAlive(found: FoundJournal): Promise<boolean>;
}

/** A journal that cannot be read or written. The message has the file's name without its folder, and none of its content. */
export class JournalError extends Error {
  override name = "JournalError";
}
