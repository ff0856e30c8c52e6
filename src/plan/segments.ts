import type { Message } from "../types.ts";
import {
  createDigest,
  type Digest,
  formatManifestLine,
  type IncrementalDigest,
  manifestDigest,
  messageDigest,
  withCopyIndex,
} from "./digest.ts";
import { countBodyBytes } from "./encode-message.ts";
import { packKeys } from "./ledger.ts";

/** A part of a manifest that the engine's state keeps one checkpoint of. A manifest that holds its messages has one. */
export interface Segment {
  /** From 0. */
  readonly index: number;
  readonly messages: number;
  /** Of their bodies. */
  readonly bytes: number;
  /** Of its messages with their ids and delays, see `manifestDigest`: the provider reads what was planned, or refuses. */
  readonly digest: Digest;
  readonly content: SegmentContent;
}

/** What the ledger has to know of a segment's messages, in the form in which the engine's state keeps it. */
export type SegmentContent =
  /** Messages of a manifest, which may come and go: a line for each, see `packKeys`. */
  | { readonly kind: "messages"; readonly keys: string }
  /** Rows of a data file, which only grows. */
  | {
      readonly kind: "rows";
      /** Number of rows before it. */
      readonly from: number;
      /** Of its rows alone, see `rowsDigest`: neither ids nor delays make a row another one. */
      readonly rows: Digest;
      /** Of the whole file with ids and delays. "" where only rows count, so that a longer file leaves its first segments alone. */
      readonly delivery: Digest | "";
      /** Whether the file ends in it. */
      readonly last: boolean;
    };

/**
 * Messages of the segment of a data file, by its index alone: so a file that grows never moves the borders between its
 * segments. A million rows have 110; the 200th takes whatever is left, which no file reaches (93 million rows before it).
 * Small segments lose less to a crash, many cost the engine time: each takes it 10 ms of every run, and more than that where
 * there are several hundred.
 */
export function segmentSize(index: number): number {
  if (index < 20) return 5_000;
  if (index < 150) return 10_000;
  if (index < lastSegment) return 20_000 * 2 ** Math.floor((index - 150) / 5);
  return Number.POSITIVE_INFINITY;
}

const lastSegment = 199;

/** The one segment of a manifest that holds its messages itself. */
export function createMessageSegment(messages: readonly Message[]): Segment {
  const keys = withCopyIndex(
    messages.map((message) => ({
      digest: messageDigest(message),
      id: message.id,
      delaySeconds: message.delaySeconds,
    })),
  );
  return {
    index: 0,
    messages: messages.length,
    bytes: messages.reduce((sum, message) => sum + countBodyBytes(message), 0),
    digest: manifestDigest(keys),
    content: { kind: "messages", keys: packKeys(keys) },
  };
}

/** A segment of which more rows may come. */
type OpenSegment = Omit<Segment, "digest" | "content"> & {
  readonly from: number;
  readonly digest: IncrementalDigest;
  readonly rows: IncrementalDigest;
};

/** Cuts a data file into segments while it is read once. Nothing of the rows is kept but their digests' sums. */
export class RowSegmenter {
  readonly #sizeOf: (index: number) => number;
  readonly #closed: Segment[] = [];
  readonly #whole = createDigest("manifest");
  /** Of {@link #whole}, which can be asked for once. */
  #delivery: Digest | undefined;
  #open: { -readonly [Name in keyof OpenSegment]: OpenSegment[Name] } | undefined;
  #count = 0;

  /** @param sizeOf messages of a segment, by its index */
  constructor(sizeOf: (index: number) => number = segmentSize) {
    this.#sizeOf = sizeOf;
  }

  /** @param bytes of the message's body */
  add(message: Message, bytes: number): void {
    this.#open ??= {
      index: this.#closed.length,
      from: this.#count,
      messages: 0,
      bytes: 0,
      digest: createDigest("manifest"),
      rows: createDigest("rows"),
    };
    const digest = messageDigest(message);
    const line = formatManifestLine({ digest, id: message.id, delaySeconds: message.delaySeconds });
    this.#whole.add(line);
    this.#open.digest.add(line);
    this.#open.rows.add(digest);
    this.#open.messages += 1;
    this.#open.bytes += bytes;
    this.#count += 1;
    if (this.#open.messages === this.#sizeOf(this.#open.index)) this.#close();
  }

  /**
   * The segments of the whole file. No row comes after it.
   *
   * @param once each row goes once; otherwise all go again when any of them changed, and each segment says so
   */
  end(once: boolean): readonly Segment[] {
    this.#close();
    if (!once) this.#delivery ??= this.#whole.digest();
    const delivery = once ? "" : (this.#delivery ?? "");
    return this.#closed.map((segment, index) => {
      if (segment.content.kind !== "rows") return segment;
      return { ...segment, content: { ...segment.content, delivery, last: index === this.#closed.length - 1 } };
    });
  }

  #close(): void {
    if (this.#open === undefined) return;
    const { index, from, messages, bytes, digest, rows } = this.#open;
    const content: SegmentContent = { kind: "rows", from, rows: rows.digest(), delivery: "", last: false };
    this.#closed.push({ index, messages, bytes, digest: digest.digest(), content });
    this.#open = undefined;
  }
}
