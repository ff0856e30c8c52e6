import type { ContentType, Draft, QueuedMessage } from "./types.ts";

/**
 * The messages of one push, kept together. Most are not looked at one by one before they are delivered, and a million of
 * them cost far less as a few long texts: in memory, and in what the garbage collector has to carry about.
 */
export class Crate {
  readonly #firstSeq: number;
  readonly #arrivedAt: number;
  readonly #contentType: ContentType;
  readonly #text: string;
  /** Where in the text each message ends. */
  readonly #ends: readonly number[];
  /** Of each message; undefined: as many as it has characters. */
  readonly #bytes: readonly number[] | undefined;
  readonly totalBytes: number;

  /** @param drafts of one content type, without delays */
  constructor(drafts: readonly Draft[], firstSeq: number, arrivedAt: number) {
    this.#firstSeq = firstSeq;
    this.#arrivedAt = arrivedAt;
    this.#contentType = drafts[0]?.contentType ?? "json";
    let end = 0;
    let totalBytes = 0;
    this.#ends = drafts.map((draft) => {
      end += draft.text.length;
      totalBytes += draft.bytes;
      return end;
    });
    // Joined at once: a text that grows by addition keeps all its parts until it is read.
    this.#text = drafts.map(({ text }) => text).join("");
    this.totalBytes = totalBytes;
    this.#bytes = totalBytes === end ? undefined : drafts.map(({ bytes }) => bytes);
  }

  get size(): number {
    return this.#ends.length;
  }

  /** A message of its own, which from then on lives apart from the crate. */
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

/** Whether they can share a crate. */
export function fitsCrate(drafts: readonly Draft[], queueDelaySeconds: number): boolean {
  const [first] = drafts;
  return (
    drafts.length > 1 &&
    drafts.every(
      ({ contentType, delaySeconds = queueDelaySeconds }) => delaySeconds === 0 && contentType === first?.contentType,
    )
  );
}
