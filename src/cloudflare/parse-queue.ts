import { isObject } from "../json-object.ts";
import { isCount } from "./envelope.ts";
import type { QueueInfo } from "./types.ts";

/** Reads a queue from the API's result. @returns undefined if it is not a queue */
export function parseQueueInfo(result: unknown): QueueInfo | undefined {
  if (!isObject(result) || typeof result.queue_id !== "string" || typeof result.queue_name !== "string")
    return undefined;
  const settings = isObject(result.settings) ? result.settings : {};
  const { delivery_paused } = settings;
  return {
    queue_id: result.queue_id,
    queue_name: result.queue_name,
    consumers_total_count: isCount(result.consumers_total_count) ? result.consumers_total_count : undefined,
    delivery_paused: typeof delivery_paused === "boolean" ? delivery_paused : undefined,
  };
}
