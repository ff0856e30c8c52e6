export { type Clock, systemClock } from "./clock.ts";
export { leastSeconds, type QueueLoad } from "./estimate.ts";
export { createHalts, type Halts } from "./halts.ts";
export {
  type FoundJournal,
  type Journal,
  type JournalContent,
  type JournalEntry,
  JournalError,
  type JournalHead,
  type JournalSite,
  type Journals,
  type Left,
  nothingLeft,
  type Settled,
} from "./journal.ts";
export { fileJournals } from "./journal-files.ts";
export { journaled } from "./journaled.ts";
export { isRunning, type Owner, thisProcess } from "./owner.ts";
export { createPace, type Pace, type PaceOptions, type PaceState } from "./pace.ts";
export { runPush } from "./run.ts";
export type { BatchOutcome, PushReport, PushRun, Tally } from "./types.ts";
export { type Wait, Waits, WaitTooLong } from "./waits.ts";
