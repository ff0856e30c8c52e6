/** The parts of the Workers runtime that `./worker.js` uses. */
import type { ContentType } from "../types.ts";
import type { AskAnswer, PushAnswer } from "./wire.ts";

/** A message for `sendBatch`. */
export interface QueueMessage {
  readonly body: unknown;
  readonly contentType: ContentType;
  readonly delaySeconds?: number;
}

/** What `sendBatch` returns since April 2026; older runtimes return undefined. */
export interface QueueAnswer {
  readonly metadata?: {
    readonly metrics?: {
      readonly backlogCount?: number;
      readonly backlogBytes?: number;
      /** A date, or milliseconds since the epoch; 0 or absent if unknown. */
      readonly oldestMessageTimestamp?: Date | number;
    };
  };
}

export interface Queue {
  sendBatch(messages: readonly QueueMessage[]): Promise<unknown>;
}

interface SqlCursor {
  toArray(): Readonly<Record<string, unknown>>[];
  one(): Readonly<Record<string, unknown>>;
}

/** The context of a Durable Object; that of a request has only `waitUntil`. */
export interface Context {
  readonly storage: {
    readonly sql: {
      exec(query: string, ...values: readonly (string | number)[]): SqlCursor;
      readonly databaseSize: number;
    };
    /** Waits until everything that was written before is on disk. */
    sync(): Promise<void>;
    transactionSync<T>(run: () => T): T;
  };
  waitUntil(promise: Promise<unknown>): void;
  /** Ends the object; the next request starts it anew. */
  abort(reason: string): void;
}

export interface LedgerNamespace {
  idFromName(name: string): unknown;
  get(id: unknown): {
    push(
      binding: string,
      keys: readonly string[],
      messages: readonly QueueMessage[],
      resendInDoubt: boolean,
    ): Promise<PushAnswer>;
    ask(keys: readonly string[]): Promise<AskAnswer>;
  };
}
