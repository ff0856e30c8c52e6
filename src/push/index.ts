export { type Clock, systemClock } from "./clock.ts";
export { describeThisProcess, isRunning, type Owner } from "./journal/owner.ts";
export { fileJournals } from "./journal/store.ts";
export {
  type EntryOutcome,
  type FoundJournal,
  type Journal,
  type JournalContent,
  type JournalEntry,
  JournalError,
  type JournalHead,
  type JournalSite,
  type Journals,
  noEntries,
  type RecoveredEntries,
} from "./journal/types.ts";
export { journalHooks } from "./journal-hooks.ts";
export { minDurationSeconds, type QueuePushSize, workerLimits } from "./rate/documented-limits.ts";
export { createThrottle, type Throttle, type ThrottleOptions, type ThrottleState } from "./rate/throttle.ts";
export { runPush } from "./run-push.ts";
export { createStoppedQueues, type StoppedQueues } from "./stopped-queues.ts";
export type { BatchOutcome, PushCounts, PushReport, PushRun } from "./types.ts";
export { type Wait, Waits, WaitTooLongError } from "./waits.ts";
