import type { QueueRef } from "../types.ts";
import type { Owner } from "./journal-owner.ts";

/** Where journals of a segment are looked for. Whose they are, their heads say. */
export interface JournalSite {
  readonly queue: QueueRef;
  /** Number of the segment in its manifest. */
  readonly segment: number;
}

/** What a journal is known by, and what it goes on from. */
export interface JournalHead extends JournalSite {
  /** Random, of this journal alone. The engine's state names it once it holds what the journal holds. */
  readonly id: string;
  /** Ids of the journals whose content it has taken over. */
  readonly over: readonly string[];
  /** The id that the engine's state named last for this queue when the run began; null: it had nothing of the queue. */
  readonly base: string | null;
  /** What tells the resource's ledger from that of a resource before or beside it. Random. */
  readonly lineage: string;
  /** What tells this deployment of a manifest from every other one. Random, and the same for all segments. */
  readonly deployment: string;
  /** Project, stack and resource by their names, which people may change. */
  readonly place: string;
  readonly kind: "messages" | "rows";
  /** What the delivery was of: the digest that the ledger would have. */
  readonly delivery: string;
  /** Its number, if all segments of a data file share it. */
  readonly deliveryNumber?: number | undefined;
  /** Whether it is a new delivery of everything, so that what the state has as pushed is no part of it. */
  readonly fresh: boolean;
  /** Whether the engine writes no state before the run ends. */
  readonly uncheckpointed: boolean;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly owner: Owner;
}

/** One message on its way. */
export interface JournalEntry {
  /** Index of the message in its manifest: what tells it from the others of this run. */
  readonly at: number;
  /** What tells it in later runs, too: what the ledger keeps of it. Never a body. */
  readonly key: string;
}

/** What interrupted runs left that the engine's state does not hold: keys, as often as there were messages. */
export interface RecoveredEntries {
  readonly pushed: readonly string[];
  /**
   * Sent, and the run ended before an answer was written down. What was sent again, and arrived, is in both lists: it may be
   * in the queue twice.
   */
  readonly inDoubt: readonly string[];
}

export const noEntries: RecoveredEntries = { pushed: [], inDoubt: [] };

/** What a journal says. */
export interface JournalContent {
  /** Of all runs whose content it has. */
  readonly entries: RecoveredEntries;
  /** Of the run that wrote it alone. */
  readonly own: RecoveredEntries;
  /** Whether the run that wrote it came to its end, whichever that was, and sends nothing more. */
  readonly ended: boolean;
}

/** A journal that is there. */
export interface FoundJournal {
  readonly head: JournalHead;
  /** Its file's name, which changes when another run takes it. */
  readonly file: string;
  /** Whether the resource whose journal it is was deleted by a run here. */
  readonly removed: boolean;
  /** @throws JournalError when it is damaged. Never taken for empty: that could push again. */
  read(): Promise<JournalContent>;
}

/** `maybe_twice`: pushed, after an answer was lost, so that it may have arrived before. */
export type EntryOutcome = "pushed" | "maybe_twice" | "in_doubt" | "not_sent";

/** What is being pushed, written down so that a kill loses nothing but the answers of requests under way. */
export interface Journal extends Pick<JournalHead, "id" | "lineage"> {
  /** Resolves once it is on the disk. Only then may the request go. */
  sending(entries: readonly JournalEntry[]): Promise<void>;
  /** Resolves once it is on the disk. */
  settled(state: EntryOutcome, at: readonly number[]): Promise<void>;
  /** @throws JournalError when another run has taken the journal: from then on nothing may be sent */
  assertOwned(): Promise<void>;
  /** Nothing is sent any more: notes that, and closes the file, which stays. */
  close(): Promise<void>;
  /** Takes back a journal that nothing was sent by. */
  discard(): Promise<void>;
}

/** Where journals are kept. */
export interface Journals {
  /** Those of a site, or of all, whosever they are, the oldest first. Changes nothing. @throws JournalError */
  list(site?: JournalSite): Promise<readonly FoundJournal[]>;
  /**
   * Takes a journal from the run that wrote it: whatever that run sends is in it, and from now on it sends nothing more.
   *
   * @returns undefined when another run was quicker
   */
  take(found: FoundJournal): Promise<FoundJournal | undefined>;
  /** Begins a journal. @param left what the journals had that it takes over */
  begin(head: JournalHead, left: RecoveredEntries): Promise<Journal>;
  /** Deletes one whose content the engine's state holds, or another journal. */
  drop(found: FoundJournal): Promise<void>;
  /** Notes that the resource whose journal it is was deleted. */
  markRemoved(found: FoundJournal): Promise<void>;
  /** Whether the run that wrote it still sends, as far as this machine can see. */
  isAlive(found: FoundJournal): Promise<boolean>;
}

/** A journal that cannot be read or written. Names the file without its folder, and nothing of what is in it. */
export class JournalError extends Error {
  override name = "JournalError";
}
