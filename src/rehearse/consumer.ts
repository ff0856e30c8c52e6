import type { Metrics } from "../emulator/broker/types.ts";
import type { HandlerResult } from "../emulator/consumers/batch-result.ts";
import type { DeliveredMessage } from "../emulator/consumers/types.ts";
import type { HandlerTrace } from "./types.ts";

/** The result of one call of a queue handler, with its trace. */
export interface HandlerRun extends HandlerTrace {
  readonly result: HandlerResult;
}

/** The consumer of one queue, running in a runtime. */
export interface Consumer {
  /**
   * Calls the handler with one batch. Resolves however the handler ends.
   *
   * @throws Error if the runtime does not restart after a crash
   */
  deliver(queue: string, batch: readonly DeliveredMessage[], metrics: Metrics): Promise<HandlerRun>;
  /** Stops the runtime, even if a handler is running. */
  close(): Promise<void>;
}

/** The result if the runtime returned none: every message of the batch is retried. */
export const failedResult: HandlerResult = {
  outcome: "exception",
  ackAll: false,
  retryBatch: { retry: false },
  explicitAcks: [],
  retryMessages: [],
};
