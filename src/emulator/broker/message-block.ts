import type { ContentType, IncomingMessage, QueuedMessage } from "./types.ts";

/**
 * The messages of one push, stored together. Most are not accessed individually before they are delivered, and as a few long
 * texts a million of them need far less memory and far less work of the garbage collector.
 */
export class MessageBlock {
  readonly #firstSeq: number;
  readonly #arrivedAt: number;
  readonly #contentType: ContentType;
  readonly #text: string;
  /** The end of each message in the text. */
  readonly #ends: readonly number[];
  /** The UTF-8 bytes of each message; undefined if all are ASCII, with as many bytes as characters. */
  readonly #bytes: readonly number[] | undefined;
  readonly totalBytes: number;

  /** @param messages of one content type, without delays */
  constructor(messages: readonly IncomingMessage[], firstSeq: number, arrivedAt: number) {
    this.#firstSeq = firstSeq;
    this.#arrivedAt = arrivedAt;
    this.#contentType = messages[0]?.contentType ?? "json";
    let end = 0;
    let totalBytes = 0;
    this.#ends = messages.map((message) => {
      end += message.text.length;
      totalBytes += message.bytes;
      return end;
    });
    // `join` creates a flat string; repeated concatenation would keep all parts in memory until the text is read.
    this.#text = messages.map(({ text }) => text).join("");
    this.totalBytes = totalBytes;
    this.#bytes = totalBytes === end ? undefined : messages.map(({ bytes }) => bytes);
  }

  get size(): number {
    return this.#ends.length;
  }

  /** Extracts a message, which is then independent of the block. */
  take(seq: number): QueuedMessage {
    const index = seq - this.#firstSeq;
    const text = this.#text.slice(this.#ends[index - 1] ?? 0, this.#ends[index]);
    return {
      seq,
      text,
      bytes: this.#bytes?.[index] ?? text.length,
      contentType: this.#contentType,
      delaySeconds: 0,
      arrivedAt: this.#arrivedAt,
      dueAt: this.#arrivedAt,
      attempts: 0,
      leased: false,
    };
  }
}

/** Reports whether the messages can share a block. */
export function canShareBlock(messages: readonly IncomingMessage[], queueDelaySeconds: number): boolean {
  const [first] = messages;
  return (
    messages.length > 1 &&
    messages.every(
      ({ contentType, delaySeconds = queueDelaySeconds }) => delaySeconds === 0 && contentType === first?.contentType,
    )
  );
}
