/** The broker's types. Names are in camelCase; api/ converts them to the API's names. */

export type ContentType = "json" | "text";

/** A message of a push, validated and measured. */
export interface IncomingMessage {
  /** The text, or the JSON of the body. */
  readonly text: string;
  /** UTF-8 bytes of `text`. */
  readonly bytes: number;
  readonly contentType: ContentType;
  /** Seconds; undefined for the queue's own delay. */
  readonly delaySeconds: number | undefined;
}

/** A message in a queue. */
export interface QueuedMessage {
  /** Position in the queue's order of arrival, from 0. */
  readonly seq: number;
  readonly text: string;
  readonly bytes: number;
  readonly contentType: ContentType;
  /** The delay in seconds that was applied when the message arrived. */
  readonly delaySeconds: number;
  /** Milliseconds since the epoch, as are all times here. */
  readonly arrivedAt: number;
  /** When the message can be delivered (again): the end of its delay or lease. */
  dueAt: number;
  /** Deliveries so far. */
  attempts: number;
  /** Whether a consumer has the message until `dueAt`. */
  leased: boolean;
}

export type MessageState = "ready" | "delayed" | "leased";

export interface QueueSettings {
  /** Seconds. */
  readonly deliveryDelay: number;
  readonly deliveryPaused: boolean;
  /** Seconds. */
  readonly retentionPeriod: number;
}

export interface Metrics {
  readonly backlogCount: number;
  readonly backlogBytes: number;
  /** Milliseconds since the epoch; 0 if the queue is empty. */
  readonly oldestArrivedAt: number;
}

interface ConsumerBase {
  readonly id: string;
  readonly createdAt: number;
  /** The name of the queue for messages that ran out of retries; undefined to delete them. */
  readonly deadLetterQueue: string | undefined;
}

interface CommonSettings {
  /** Messages of a delivery. */
  readonly batchSize: number;
  /** Deliveries after the first. */
  readonly maxRetries: number;
  /** Seconds before a returned message is due again. */
  readonly retryDelay: number;
}

export interface WorkerSettings extends CommonSettings {
  /** Milliseconds that a batch may wait to fill up. */
  readonly maxWaitTimeMs: number;
  /** Concurrent batches; null lets the platform decide. */
  readonly maxConcurrency: number | null;
}

export interface PullSettings extends CommonSettings {
  readonly visibilityTimeoutMs: number;
}

/** A Worker that receives batches. */
export interface WorkerConsumer extends ConsumerBase, WorkerSettings {
  readonly type: "worker";
  readonly scriptName: string;
}

/** A program that pulls messages over HTTP. */
export interface PullConsumer extends ConsumerBase, PullSettings {
  readonly type: "http_pull";
}

export type Consumer = WorkerConsumer | PullConsumer;

/** A subscription to a product's events. It is stored and returned, but the emulator sends no events. */
export interface Subscription {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly events: readonly string[];
  /** The source as the caller passed it; its fields depend on its `type`. */
  readonly source: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** A queue without its messages. */
export interface QueueRecord {
  readonly id: string;
  name: string;
  readonly createdAt: number;
  modifiedAt: number;
  readonly jurisdiction: string | undefined;
  settings: QueueSettings;
  /** A queue has at most one consumer. */
  consumer: Consumer | undefined;
  subscriptions: readonly Subscription[];
  purgedAt: number | undefined;
}
