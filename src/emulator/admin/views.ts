/** The data that the emulator's page and its admin calls show. */

import type { Api } from "../api/handler.ts";
import { type JsonObject, typeMismatch } from "../api/json.ts";
import { metricsView, queueView } from "../api/views.ts";
import { messageId } from "../broker/leases.ts";
import { messageState } from "../broker/message-state.ts";
import type { AdjustableClock } from "../clock.ts";
import { ApiError } from "../errors.ts";
import type { ActiveFault, Faults } from "../faults.ts";
import type { RequestRecord } from "../request-pipeline.ts";

/** Messages per page: without a limit, and at most. */
const pageSizes = { default: 50, max: 1_000 } as const;

export function stateView({ broker, accountId }: Api, faults: Faults, clock: AdjustableClock | undefined): JsonObject {
  return {
    account_id: accountId,
    now_ms: broker.clock.now(),
    speed: clock?.speed ?? null,
    queues: broker.queues().map((queue) => ({
      ...queueView(queue),
      metrics: metricsView(broker.metrics(queue)),
      /** All messages since the queue was created, to compute rates. */
      messages_total: queue.backlog.total,
    })),
    faults: faults.list().map(faultView),
  };
}

export function faultView({ id, fault, seen, hits }: ActiveFault): JsonObject {
  const { effect, match = {}, skip, every, share, seed, times } = fault;
  const { retryAfterSeconds, ...rest } = { retryAfterSeconds: undefined, ...effect };
  return {
    id,
    match,
    effect: { ...rest, retry_after_seconds: retryAfterSeconds },
    ...{ skip, every, share, seed, times, seen, hits },
  };
}

export function requestView(record: RequestRecord): JsonObject {
  const { at, status, code, ...rest } = record;
  return { ...rest, at_ms: at, status: status ?? null, code: code ?? null };
}

/**
 * Returns messages of a queue in order of arrival, with their bodies as text.
 *
 * @param url `?after=SEQ` for the next page, `?limit=NUMBER`, `?text=WORDS` for those whose body contains the words
 * @throws ApiError 11000 if the queue does not exist, 10207 if a parameter is not valid
 */
export function messagesView({ broker }: Api, queueId: string, url: URL): JsonObject {
  const queue = broker.byId(queueId);
  if (queue === undefined) throw new ApiError(11000);
  const after = readNumber(url, "after") ?? -1;
  const limit = Math.min(readNumber(url, "limit") ?? pageSizes.default, pageSizes.max);
  const words = url.searchParams.get("text")?.toLowerCase() ?? "";
  broker.expireMessages();
  const now = broker.clock.now();
  const messages: JsonObject[] = [];
  let more = false;
  for (const message of queue.backlog.all()) {
    if (message.seq <= after || (words !== "" && !message.text.toLowerCase().includes(words))) continue;
    if (messages.length === limit) {
      more = true;
      break;
    }
    messages.push({
      seq: message.seq,
      id: messageId(queue, message),
      body: message.text,
      content_type: message.contentType,
      bytes: message.bytes,
      delay_seconds: message.delaySeconds,
      attempts: message.attempts,
      state: messageState(message, now),
      arrived_at_ms: message.arrivedAt,
      due_at_ms: message.dueAt,
    });
  }
  return { messages, more };
}

function readNumber(url: URL, name: string): number | undefined {
  const text = url.searchParams.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw typeMismatch(`/${name}`, "must be a whole number");
  return Number(text);
}
