import { toObject } from "../json-object.ts";
import { type Digest, isDigest } from "./digest.ts";
import type { Segment } from "./segments.ts";

/**
 * The result of a reading of a data file. It depends on its digest alone: it applies to each file with this digest, regardless
 * of what was pushed of it.
 */
export interface SourceRecord {
  /** Digest of the file's bytes and of everything else that decides its messages. */
  readonly digest: Digest;
  readonly segments: readonly Segment[];
  /** The segments that a longer file has too; undefined if the file has to be parsed from its start. */
  readonly prefix: SourcePrefix | undefined;
}

/** The first segments of a data file, and the position after them. */
export interface SourcePrefix {
  /** The number of segments. */
  readonly segments: number;
  /** Bytes of the file in front of the next row. */
  readonly offset: number;
  /** The line of the next row, from 1. */
  readonly line: number;
  /** Digest of these bytes and of everything else that decides their messages. */
  readonly digest: Digest;
}

/** A {@link SourceRecord} in the Pulumi state. */
export interface EncodedSourceRecord {
  readonly digest: Digest;
  /** The digest of the whole delivery, absent for `push: once`. */
  readonly delivery?: Digest;
  /** One line per segment: `MESSAGES BYTES DIGEST ROWS`. */
  readonly segments: string;
  /** `SEGMENTS OFFSET LINE DIGEST`. */
  readonly prefix?: string;
}

/** @throws Error for segments that are not those of a data file */
export function encodeSourceRecord({ digest, segments, prefix }: SourceRecord): EncodedSourceRecord {
  let delivery: Digest | undefined;
  const lines = segments.map(({ messages, bytes, digest, content }) => {
    if (content.kind !== "rows") throw new Error("the segments of a data file have rows");
    delivery = content.delivery;
    return `${messages} ${bytes} ${digest} ${content.rows}`;
  });
  const { segments: count, offset, line, digest: own } = prefix ?? {};
  return {
    digest,
    ...(delivery !== undefined && { delivery }),
    segments: lines.join("\n"),
    ...(prefix !== undefined && { prefix: `${count} ${offset} ${line} ${own}` }),
  };
}

/** @returns undefined for anything that {@link encodeSourceRecord} does not write; the file is then parsed again */
export function decodeSourceRecord(value: unknown): SourceRecord | undefined {
  if (!isEncodedSourceRecord(value)) return undefined;
  const { digest, delivery } = value;
  const lines = value.segments.split("\n").map((line) => /^([1-9]\d*) (\d+) (\S+) (\S+)$/.exec(line));
  const segments: Segment[] = [];
  let from = 0;
  for (const [index, line] of lines.entries()) {
    const [, count, bytes, own = "", rows = ""] = line ?? [];
    const messages = Number(count);
    if (line === null || !isDigest(own) || !isDigest(rows)) return undefined;
    const last = index === lines.length - 1;
    const content = { kind: "rows", from, rows, ...(delivery !== undefined && { delivery }), last } as const;
    segments.push({ index, messages, bytes: Number(bytes), digest: own, content });
    from += messages;
  }
  const prefix = value.prefix === undefined ? undefined : decodePrefix(value.prefix);
  if (prefix === undefined ? value.prefix !== undefined : prefix.segments > segments.length) return undefined;
  return { digest, segments, prefix };
}

function decodePrefix(text: string): SourcePrefix | undefined {
  const [, segments, offset, line, digest = ""] = /^([1-9]\d*) ([1-9]\d*) ([1-9]\d*) (\S+)$/.exec(text) ?? [];
  if (!isDigest(digest)) return undefined;
  return { segments: Number(segments), offset: Number(offset), line: Number(line), digest };
}

function isEncodedSourceRecord(value: unknown): value is EncodedSourceRecord {
  const { digest, delivery, segments, prefix } = toObject(value);
  return (
    typeof digest === "string" &&
    isDigest(digest) &&
    (delivery === undefined || (typeof delivery === "string" && isDigest(delivery))) &&
    typeof segments === "string" &&
    (prefix === undefined || typeof prefix === "string")
  );
}
