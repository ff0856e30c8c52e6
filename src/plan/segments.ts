import type { Message, RowMessage } from "../types.ts";
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
import { encodeKeys } from "./ledger.ts";

/** A part of a manifest that is saved in the Pulumi state as a unit. A manifest with inline messages has one. */
export interface Segment {
  /** From 0. */
  readonly index: number;
  readonly messages: number;
  /** Total bytes of their bodies. */
  readonly bytes: number;
  /** The digest of its messages with their ids and delays, see `manifestDigest`; the provider refuses to push others. */
  readonly digest: Digest;
  readonly content: SegmentContent;
}

/** The identity of a segment's messages, in the format of the Pulumi state. */
export type SegmentContent =
  /** Messages of a manifest, which may be added and removed: one line per message, see `encodeKeys`. */
  | { readonly kind: "messages"; readonly keys: string }
  /** Rows of a data file, which is append-only. */
  | {
      readonly kind: "rows";
      /** The number of rows in front of it. */
      readonly from: number;
      /** The digest of its rows, see `rowsDigest`; ids and delays do not affect it. */
      readonly rows: Digest;
      /**
       * The digest of the whole file with ids and delays; absent if only rows count, so that a longer file does not change its first
       * segments.
       */
      readonly delivery?: Digest;
      /** Whether it is the last segment of the file. */
      readonly last: boolean;
    };

/**
 * Returns the number of messages of a data file's segment. It depends only on the segment's index, so that a growing file never
 * moves the borders between its segments. A million rows have 51 segments, ten million 131; the 200th takes all remaining rows,
 * which no file reaches (467 million rows in front of it). If the whole machine is lost in a run, with its journals, the unfinished
 * segments are pushed again, so small ones lose less; but each costs 25 ms of processor time in every run, even if it has nothing
 * to do. At the API's 5,000 messages a second, a segment of 25,000 takes 5 seconds.
 */
export function segmentSize(index: number): number {
  if (index < 10) return 5_000;
  if (index < 15) return 10_000;
  if (index < 51) return 25_000;
  if (index < 121) return 100_000;
  if (index < lastSegment) return 200_000 * 2 ** Math.floor((index - 121) / 10);
  return Number.POSITIVE_INFINITY;
}

const lastSegment = 199;

const segmentEnds = new Set<number>();
for (let [index, rows] = [0, 0]; index < lastSegment; index += 1) {
  rows += segmentSize(index);
  segmentEnds.add(rows);
}

/** Reports whether a segment ends after this number of rows, even if more follow. */
export function isSegmentEnd(rows: number): boolean {
  return segmentEnds.has(rows);
}

/** Builds the single segment of a manifest with inline messages. */
export function createMessageSegment(
  messages: readonly Message[],
): Segment & { readonly content: Extract<SegmentContent, { kind: "messages" }> } {
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
    content: { kind: "messages", keys: encodeKeys(keys) },
  };
}

/** A segment that may get more rows. */
type OpenSegment = Omit<Segment, "digest" | "content" | "messages" | "bytes"> & {
  messages: number;
  bytes: number;
  readonly from: number;
  readonly digest: IncrementalDigest;
  readonly rows: IncrementalDigest;
};

interface SegmenterOptions {
  readonly closed?: readonly Segment[] | undefined;
  /** Returns the messages of a segment, by its index; default {@link segmentSize}. */
  readonly sizeOf?: (index: number) => number;
}

/** Cuts a data file into segments in one pass. It only keeps incremental digests, not the rows. */
export class RowSegmenter {
  readonly #sizeOf: (index: number) => number;
  readonly #closed: Segment[];
  readonly #whole = createDigest("manifest");
  /** The digest of {@link #whole}, which can only be computed once. */
  #delivery: Digest | undefined;
  #open: OpenSegment | undefined;
  #count: number;

  /** @param closed the segments of the rows in front of the first that is added; then {@link end} needs `once` */
  constructor({ closed = [], sizeOf = segmentSize }: SegmenterOptions = {}) {
    this.#sizeOf = sizeOf;
    this.#closed = [...closed];
    this.#count = closed.reduce((sum, { messages }) => sum + messages, 0);
  }

  /** @param bytes of the message's body */
  add(message: RowMessage, bytes: number): void {
    const open = this.#openSegment();
    const digest = messageDigest(message);
    const line = formatManifestLine({ digest, id: message.id, delaySeconds: message.delaySeconds });
    this.#whole.add(line);
    open.digest.add(line);
    open.rows.add(digest);
    open.messages += 1;
    open.bytes += bytes;
    this.#count += 1;
    if (open.messages === this.#sizeOf(open.index)) this.#close();
  }

  /**
   * Returns the segments of the whole file. No rows may be added afterwards. A file without rows has one segment, without which
   * Pulumi would delete the ledgers of the rows that were in it, and they would be pushed again once they are back.
   *
   * @param once whether each row is pushed once; otherwise any change pushes all rows again, and each segment records the whole
   *   delivery
   */
  end(once: boolean): readonly Segment[] {
    if (this.#closed.length === 0) this.#openSegment();
    this.#close();
    if (!once) this.#delivery ??= this.#whole.digest();
    const delivery = once ? undefined : this.#delivery;
    return this.#closed.map((segment, index) => {
      if (segment.content.kind !== "rows") return segment;
      const last = index === this.#closed.length - 1;
      return { ...segment, content: { ...segment.content, ...(delivery !== undefined && { delivery }), last } };
    });
  }

  #openSegment(): OpenSegment {
    this.#open ??= {
      index: this.#closed.length,
      from: this.#count,
      messages: 0,
      bytes: 0,
      digest: createDigest("manifest"),
      rows: createDigest("rows"),
    };
    return this.#open;
  }

  #close(): void {
    if (this.#open === undefined) return;
    const { index, from, messages, bytes, digest, rows } = this.#open;
    const content: SegmentContent = { kind: "rows", from, rows: rows.digest(), last: false };
    this.#closed.push({ index, messages, bytes, digest: digest.digest(), content });
    this.#open = undefined;
  }
}
