import { type LoadOptions, type LoadResult, loadManifests } from "../../manifest/index.ts";
import { createMessageSegment, RowSegmenter, type Segment, type SourceRecord } from "../../plan/index.ts";
import type { ContentSize, Manifest } from "../../types.ts";

/** Manifests and their segments. */
export interface LoadedSegments extends LoadResult {
  /** Returns the segments of a loaded manifest, or an empty array if there were errors. */
  segmentsOf(manifest: Manifest): readonly Segment[];
  /** Returns what the next run needs in order not to parse the data file of a manifest again; undefined if it has to. */
  sourceOf(manifest: Manifest): SourceRecord | undefined;
}

export interface SegmentLoadOptions extends Omit<LoadOptions, "earlierReadings"> {
  /** The data files that the Pulumi state records. Called for the first large data file. Undefined to parse all. */
  readonly recordedSources?: (() => Promise<readonly SourceRecord[]>) | undefined;
}

/**
 * Reads and checks the repository's manifests and divides them into segments. Each data file is read once, as a stream; a file that
 * the Pulumi state records is not parsed, but has the recorded segments.
 */
export async function loadSegments({ recordedSources, ...options }: SegmentLoadOptions): Promise<LoadedSegments> {
  const segmenters = new Map<string, RowSegmenter>();
  const recorded = new Map<string, SourceRecord>();
  const earlierReadings = async () => {
    for (const source of (await recordedSources?.()) ?? []) recorded.set(source.digest, source);
    return new Map([...recorded].map(([digest, { segments }]) => [digest, sizeOf(segments)]));
  };
  const loaded = await loadManifests({
    ...options,
    ...(recordedSources !== undefined && { earlierReadings }),
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
    return segmenters.get(name)?.end(push === "once") ?? recorded.get(content.digest ?? "")?.segments ?? [];
  };
  return {
    ...loaded,
    segmentsOf,
    sourceOf(manifest) {
      const { content } = manifest;
      const digest = content.kind === "file" && sound ? content.digest : undefined;
      return digest === undefined ? undefined : { digest, segments: segmentsOf(manifest) };
    },
  };
}

function sizeOf(segments: readonly Segment[]): ContentSize {
  const sum = (of: (segment: Segment) => number) => segments.reduce((total, segment) => total + of(segment), 0);
  return { messages: sum(({ messages }) => messages), bytes: sum(({ bytes }) => bytes) };
}
