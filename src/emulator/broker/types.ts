/** The broker's nouns. Names in camelCase; the API's names are made in api/. */

export type ContentType = "json" | "text";

/** A message as a push brings it, checked and measured. */
export interface Draft {
  /** The text, or the JSON of the body. */
  readonly text: string;
  /** UTF-8 bytes of `text`. */
  readonly bytes: number;
  readonly contentType: ContentType;
  /** Seconds; undefined: the queue's own delay. */
  readonly delaySeconds: number | undefined;
}

/** A message in a queue. */
export interface QueuedMessage {
  /** Place in the queue's order of arrival, from 0. */
  readonly seq: number;
  readonly text: string;
  readonly bytes: number;
  readonly contentType: ContentType;
  /** Seconds, as applied when it arrived. */
  readonly delaySeconds: number;
  /** Milliseconds since the epoch, as are all times here. */
  readonly arrivedAt: number;
  /** When it can be delivered (again): the end of its delay, or of its lease. */
  dueAt: number;
  /** Deliveries so far. */
  attempts: number;
  /** In a consumer's hands until `dueAt`. */
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
  /** Milliseconds since the epoch; 0: the queue is empty. */
  readonly oldestArrivedAt: number;
}

interface ConsumerBase {
  readonly id: string;
  readonly createdAt: number;
  /** Name of the queue for messages that ran out of retries; undefined: they are deleted. */
  readonly deadLetterQueue: string | undefined;
}

interface CommonSettings {
  /** Messages of a delivery. */
  readonly batchSize: number;
  /** Deliveries after the first. */
  readonly maxRetries: number;
  /** Seconds before a message that was given back is due again. */
  readonly retryDelay: number;
}

export interface WorkerSettings extends CommonSettings {
  /** How long a batch may wait to fill up. */
  readonly maxWaitTimeMs: number;
  /** null: as many at once as the platform likes. */
  readonly maxConcurrency: number | null;
}

export interface PullSettings extends CommonSettings {
  readonly visibilityTimeoutMs: number;
}

/** A Worker that gets batches pushed. */
export interface WorkerConsumer extends ConsumerBase, WorkerSettings {
  readonly type: "worker";
  readonly scriptName: string;
}

/** A program that asks for messages over HTTP. */
export interface PullConsumer extends ConsumerBase, PullSettings {
  readonly type: "http_pull";
}

export type Consumer = WorkerConsumer | PullConsumer;

/** Events of a product that are to become messages. Kept and shown; nothing here sends events. */
export interface Subscription {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly events: readonly string[];
  /** As it was given: its fields depend on its `type`. */
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
  /** One at most. */
  consumer: Consumer | undefined;
  subscriptions: readonly Subscription[];
  purgedAt: number | undefined;
}
