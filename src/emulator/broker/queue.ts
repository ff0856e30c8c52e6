import type { Backlog } from "./backlog.ts";
import type { QueueRecord } from "./types.ts";

/** A queue with its messages. */
export interface Queue extends QueueRecord {
  readonly backlog: Backlog;
}
