import type { QueueRef } from "../types.ts";

/**
 * Which journal it is: one for each segment and queue, so that another stack or another queue never reads it. By the
 * deployment, and not by names, which a manifest may change.
 */
export interface JournalName {
  /** With its project, as the engine knows it. */
  readonly stack: string;
  /** What tells this deployment of a manifest from every other one. */
  readonly deployment: string;
  readonly segment: number;
  readonly queue: QueueRef;
}

/** What the engine's state held when a run began. */
export interface Base {
  /** The ledger's digest, and whatever moves on with each run. */
  readonly state: string;
  /** Of what goes together as a whole; undefined: each message goes once, whatever it was a part of before. */
  readonly delivery: string | undefined;
}

/** One message on its way. */
export interface JournalEntry {
  /** Index of the message in its manifest: what tells it from the others of this run. */
  readonly at: number;
  /** What tells it in later runs, too: what the ledger keeps of it. Never a body. */
  readonly key: string;
}

/** What interrupted runs left that the engine's state does not hold: keys, as often as there were messages. */
export interface Left {
  readonly pushed: readonly string[];
  /**
   * Sent, and the run ended before an answer was written down. What was sent again, and arrived, is in both lists: it may be
   * in the queue twice.
   */
  readonly inDoubt: readonly string[];
}

/** `maybe_twice`: pushed, after an answer was lost, so that it may have arrived before. */
export type Settled = "pushed" | "maybe_twice" | "in_doubt" | "not_sent";

/** What is being pushed, written down so that a kill loses nothing but the answers of requests under way. */
export interface Journal {
  readonly left: Left;
  /** Resolves once it is on the disk. Only then may the request go. */
  sending(entries: readonly JournalEntry[]): Promise<void>;
  /** Resolves once it is on the disk. */
  settled(state: Settled, at: readonly number[]): Promise<void>;
  /** No line comes any more. The next run reads it, if the engine's state is then what it was when this run began. */
  close(): Promise<void>;
  /** The engine's state holds what this journal holds: nobody is to read it again. At once, since the process may end. */
  drop(): void;
}

/** Where journals are kept. */
export interface Journals {
  /** What is left of a run that began from this base; nothing where there was none. Begins nothing. */
  read(name: JournalName, base: Base): Promise<Left>;
  /**
   * Begins a run, with what is left of the one before if that began from the same base and was not finished. What began
   * from another base is out of date: the engine's state has moved on, or back, without it.
   *
   * @throws JournalError when there is one that cannot be read. Never taken for empty: that could push again.
   */
  open(name: JournalName, base: Base): Promise<Journal>;
  /** Forgets a journal, whether there is one or not. */
  drop(name: JournalName): Promise<void>;
  /** Forgets one that began from another state than this one, which has moved on without it. */
  dropStale(name: JournalName, base: Base): Promise<void>;
}

/** A journal that cannot be read or written. Names the file without its folder, and nothing of what is in it. */
export class JournalError extends Error {
  override name = "JournalError";
}
