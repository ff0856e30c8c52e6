import { type EarlierReading, type LoadOptions, type LoadResult, loadManifests } from "../../manifest/index.ts";
import {
  createMessageSegment,
  RowSegmenter,
  type Segment,
  type SourcePrefix,
  type SourceRecord,
} from "../../plan/index.ts";
import type { ContentSize, FilePrefix, Manifest } from "../../types.ts";

/** Manifests and their segments. */
export interface LoadedSegments extends LoadResult {
  /** Returns the segments of a loaded manifest, or an empty array if there were errors. */
  segmentsOf(manifest: Manifest): readonly Segment[];
  /** Returns the record with which the next run need not parse the data file of a manifest; undefined if it has to. */
  sourceOf(manifest: Manifest): SourceRecord | undefined;
}

export interface SegmentLoadOptions extends Omit<LoadOptions, "earlierReadings" | "onPrefix"> {
  /** The data files that the Pulumi state records. Called for the first large data file. Undefined to parse all. */
  readonly recordedSources?: (() => Promise<readonly SourceRecord[]>) | undefined;
}

/**
 * Reads and checks the repository's manifests and divides them into segments. Each data file is read once, as a stream; a file that
 * the Pulumi state records is not parsed, but has the recorded segments. If lines were appended to it, they are parsed from the
 * start of the last recorded segment that was not full.
 */
export async function loadSegments({ recordedSources, ...options }: SegmentLoadOptions): Promise<LoadedSegments> {
  const segmenters = new Map<string, RowSegmenter>();
  const recorded = new Map<string, SourceRecord>();
  const earlierReadings = async () => {
    const sources = (await recordedSources?.()) ?? [];
    for (const source of sources) recorded.set(source.digest, source);
    return sources.map(toEarlierReading);
  };
  const loaded = await loadManifests({
    ...options,
    ...(recordedSources !== undefined && { earlierReadings }),
    onPrefix(manifest, { digest }) {
      const source = [...recorded.values()].find(({ prefix }) => prefix?.digest === digest);
      const closed = source?.segments.slice(0, source.prefix?.segments);
      segmenters.set(manifest, new RowSegmenter({ closed }));
    },
    onMessage(manifest, message, bytes) {
      const segmenter = segmenters.get(manifest) ?? new RowSegmenter();
      segmenters.set(manifest, segmenter);
      segmenter.add(message, bytes);
      options.onMessage?.(manifest, message, bytes);
    },
  });
  const sound = loaded.problems.every(({ severity }) => severity !== "error");
  const segmentsOf = ({ name, content, push }: Manifest): readonly Segment[] => {
    if (!sound) return [];
    if (content.kind === "inline") return [createMessageSegment(content.messages)];
    const unchanged = segmenters.has(name) ? undefined : recorded.get(content.digest ?? "")?.segments;
    return unchanged ?? (segmenters.get(name) ?? new RowSegmenter()).end(push === "once");
  };
  return {
    ...loaded,
    segmentsOf,
    sourceOf(manifest) {
      const { content } = manifest;
      if (content.kind !== "file" || content.digest === undefined || !sound) return undefined;
      const segments = segmentsOf(manifest);
      return { digest: content.digest, segments, prefix: content.prefix && toSourcePrefix(content.prefix, segments) };
    },
  };
}

function toEarlierReading({ digest, segments, prefix }: SourceRecord): EarlierReading {
  const size = sizeOf(segments);
  if (prefix === undefined) return { digest, size, prefix };
  const { offset, line } = prefix;
  return {
    digest,
    size,
    prefix: { ...sizeOf(segments.slice(0, prefix.segments)), offset, line, digest: prefix.digest },
  };
}

function toSourcePrefix({ messages, offset, line, digest }: FilePrefix, segments: readonly Segment[]): SourcePrefix {
  const closed = segments.filter(({ content }) => content.kind === "rows" && content.from < messages);
  return { segments: closed.length, offset, line, digest };
}

function sizeOf(segments: readonly Segment[]): ContentSize {
  const sum = (of: (segment: Segment) => number) => segments.reduce((total, segment) => total + of(segment), 0);
  return { messages: sum(({ messages }) => messages), bytes: sum(({ bytes }) => bytes) };
}
