/** Converts the broker's objects to the API's JSON. */

import { leaseId, messageId, messageRef, previewId } from "../broker/leases.ts";
import type { Queue } from "../broker/queue.ts";
import type { Consumer, Metrics, QueuedMessage } from "../broker/types.ts";
import type { ApiVariants } from "./call.ts";
import type { JsonObject } from "./json.ts";

export function queueView(queue: Queue): JsonObject {
  const consumers = queue.consumer === undefined ? [] : [consumerView(queue, queue.consumer)];
  return {
    queue_id: queue.id,
    queue_name: queue.name,
    created_on: new Date(queue.createdAt).toISOString(),
    modified_on: new Date(queue.modifiedAt).toISOString(),
    // Producers are Workers and buckets, which the emulator does not have.
    producers: [],
    producers_total_count: 0,
    consumers,
    consumers_total_count: consumers.length,
    settings: {
      delivery_delay: queue.settings.deliveryDelay,
      delivery_paused: queue.settings.deliveryPaused,
      message_retention_period: queue.settings.retentionPeriod,
    },
    ...(queue.jurisdiction !== undefined && { jurisdiction: queue.jurisdiction }),
  };
}

export function consumerView(queue: Queue, consumer: Consumer): JsonObject {
  const { batchSize, maxRetries, retryDelay } = consumer;
  const settings = { batch_size: batchSize, max_retries: maxRetries, retry_delay: retryDelay };
  return {
    consumer_id: consumer.id,
    created_on: new Date(consumer.createdAt).toISOString(),
    queue_name: queue.name,
    dead_letter_queue: consumer.deadLetterQueue ?? "",
    type: consumer.type,
    ...(consumer.type === "worker"
      ? {
          // The API's description has one name, its answers the other.
          script: consumer.scriptName,
          script_name: consumer.scriptName,
          settings: {
            ...settings,
            max_wait_time_ms: consumer.maxWaitTimeMs,
            max_concurrency: consumer.maxConcurrency,
          },
        }
      : { settings: { ...settings, visibility_timeout_ms: consumer.visibilityTimeoutMs } }),
  };
}

export function metricsView(metrics: Metrics): JsonObject {
  return {
    backlog_count: metrics.backlogCount,
    backlog_bytes: metrics.backlogBytes,
    oldest_message_timestamp_ms: metrics.oldestArrivedAt,
  };
}

export function pulledView(queue: Queue, message: QueuedMessage, variants: ApiVariants): JsonObject {
  return { ...messageView(queue, message, variants), lease_id: leaseId(queue, message) };
}

export function previewedView(queue: Queue, message: QueuedMessage, variants: ApiVariants): JsonObject {
  return { ...messageView(queue, message, variants), lease_id: previewId(queue, message) };
}

export function peekedView(queue: Queue, message: QueuedMessage, variants: ApiVariants): JsonObject {
  return { ...messageView(queue, message, variants), ref: messageRef(queue, message) };
}

function messageView(queue: Queue, message: QueuedMessage, variants: ApiVariants): JsonObject {
  const encoded = message.contentType === "json" && variants.pullJson === "base64";
  return {
    id: messageId(queue, message),
    timestamp_ms: message.arrivedAt,
    attempts: message.attempts,
    body: encoded ? Buffer.from(message.text).toString("base64") : message.text,
    metadata: {
      "CF-Content-Type": message.contentType,
      "CF-sourceMessageSource": "api",
      ...(message.delaySeconds > 0 && { "CF-msg-delay-secs": String(message.delaySeconds) }),
    },
  };
}
