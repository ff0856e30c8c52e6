import type { Metrics } from "../emulator/broker/types.ts";
import type { HandlerResult } from "../emulator/consumers/batch-result.ts";
import type { DeliveredMessage } from "../emulator/consumers/types.ts";
import type { HandlerTrace } from "./types.ts";

/** One call of a queue handler: what the runtime returned, and what there was to see. */
export interface HandlerRun extends HandlerTrace {
  readonly result: HandlerResult;
}

/** The consumer of one queue, in a runtime. */
export interface Consumer {
  /**
   * Calls the handler with one batch. Resolves however the handler ends.
   *
   * @throws Error if the runtime does not start again after a crash
   */
  deliver(queue: string, batch: readonly DeliveredMessage[], metrics: Metrics): Promise<HandlerRun>;
  /** Ends the runtime, also if a handler is running. */
  close(): Promise<void>;
}

/** What counts if the runtime returned nothing: every message of the batch is retried. */
export const failedResult: HandlerResult = {
  outcome: "exception",
  ackAll: false,
  retryBatch: { retry: false },
  explicitAcks: [],
  retryMessages: [],
};
