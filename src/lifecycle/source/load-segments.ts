import { type LoadOptions, type LoadResult, loadManifests } from "../../manifest/index.ts";
import { createMessageSegment, RowSegmenter, type Segment } from "../../plan/index.ts";
import type { Manifest } from "../../types.ts";

/** Manifests and their segments. */
export interface LoadedSegments extends LoadResult {
  /** Returns the segments of a loaded manifest, or an empty array if there were errors. */
  segmentsOf(manifest: Manifest): readonly Segment[];
}

/** Reads and checks the repository's manifests and divides them into segments. Each data file is read once, as a stream. */
export async function loadSegments(options: LoadOptions): Promise<LoadedSegments> {
  const segmenters = new Map<string, RowSegmenter>();
  const loaded = await loadManifests({
    ...options,
    onMessage(manifest, message, bytes) {
      const segmenter = segmenters.get(manifest) ?? new RowSegmenter();
      segmenters.set(manifest, segmenter);
      segmenter.add(message, bytes);
      options.onMessage?.(manifest, message, bytes);
    },
  });
  const sound = loaded.problems.every(({ severity }) => severity !== "error");
  return {
    ...loaded,
    segmentsOf({ name, content, push }) {
      if (!sound) return [];
      if (content.kind === "inline") return [createMessageSegment(content.messages)];
      return segmenters.get(name)?.end(push === "once") ?? [];
    },
  };
}
