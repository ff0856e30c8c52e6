import { type LoadOptions, type LoadResult, loadManifests } from "../../manifest/index.ts";
import { createMessageSegment, RowSegmenter, type Segment } from "../../plan/index.ts";
import type { Manifest } from "../../types.ts";

/** Manifests, and the segments that they are deployed in. */
export interface LoadedSegments extends LoadResult {
  /** Of a manifest of the result. Empty where the result has errors. */
  segmentsOf(manifest: Manifest): readonly Segment[];
}

/** Reads, checks and cuts the repository's manifests; each data file is read once for all of it, and never in memory. */
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
