import { loadSegments, type SegmentLoadOptions } from "../../../../src/lifecycle/source/load-segments.ts";
import { formatLocation } from "../../../../src/manifest/index.ts";
import { decodeSourceRecord, encodeSourceRecord, type Segment, type SourceRecord } from "../../../../src/plan/index.ts";
import { temporaryFolder, writeFiles } from "../../../manifest/support/fixture.ts";

export type Files = Readonly<Record<string, string | Buffer>>;
export type Options = Omit<SegmentLoadOptions, "root" | "recordedSources">;

export interface Reading {
  readonly segments: readonly Segment[];
  readonly source: SourceRecord | undefined;
  /** Messages that were parsed. */
  readonly parsed: number;
  readonly problems: readonly string[];
}

/** Reads a repository with one manifest, with the records of earlier runs. */
export async function read(files: Files, options: Options, recorded: readonly SourceRecord[]): Promise<Reading> {
  using root = temporaryFolder();
  writeFiles(root.path, files as Record<string, string>);
  let parsed = 0;
  const loaded = await loadSegments({
    root: root.path,
    ...options,
    // As the Pulumi state stores them.
    recordedSources: async () =>
      recorded.flatMap((each) => decodeSourceRecord(JSON.parse(JSON.stringify(encodeSourceRecord(each)))) ?? []),
    onMessage: () => {
      parsed += 1;
    },
  });
  const [manifest] = loaded.manifests;
  return {
    segments: manifest === undefined ? [] : loaded.segmentsOf(manifest),
    source: manifest && loaded.sourceOf(manifest),
    parsed,
    problems: loaded.problems.map(({ code, location }) => `${code} ${formatLocation(location)}`),
  };
}
