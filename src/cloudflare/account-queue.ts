import { isObject } from "../json-object.ts";
import { isCount } from "./envelope.ts";
import { parseQueueInfo } from "./parse-queue.ts";
import type { QueueInfo } from "./types.ts";

/** A queue of the account with its consumers. */
export interface AccountQueue extends QueueInfo {
  readonly consumers: readonly QueueConsumer[];
}

/** A consumer as the API describes it. Names unchanged; undefined if the answer does not say. */
export interface QueueConsumer {
  readonly type: string | undefined;
  readonly dead_letter_queue: string | undefined;
  readonly max_retries: number | undefined;
}

/** One page of an account's queues. */
export interface QueuePage {
  readonly queues: readonly AccountQueue[];
  /** undefined if the answer does not say, as it does for a list without pages. */
  readonly totalPages: number | undefined;
}

export function parseQueuePage(result: unknown, info: unknown): QueuePage | undefined {
  if (!Array.isArray(result)) return undefined;
  const queues = result.flatMap((entry) => parseAccountQueue(entry) ?? []);
  const totalPages = isObject(info) && isCount(info.total_pages) ? info.total_pages : undefined;
  return { queues, totalPages };
}

function parseAccountQueue(entry: unknown): AccountQueue | undefined {
  const info = parseQueueInfo(entry);
  if (info === undefined || !isObject(entry)) return undefined;
  const consumers = Array.isArray(entry.consumers) ? entry.consumers.filter(isObject).map(parseConsumer) : [];
  return { ...info, consumers };
}

function parseConsumer({ type, dead_letter_queue, settings }: Record<string, unknown>): QueueConsumer {
  const max = isObject(settings) ? settings.max_retries : undefined;
  return {
    type: typeof type === "string" ? type : undefined,
    dead_letter_queue:
      typeof dead_letter_queue === "string" && dead_letter_queue !== "" ? dead_letter_queue : undefined,
    max_retries: isCount(max) ? max : undefined,
  };
}
