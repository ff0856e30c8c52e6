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
