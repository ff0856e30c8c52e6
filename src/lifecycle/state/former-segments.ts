import { createMessageSegment, manifestDigest, rowsDigest, type Segment } from "../../plan/index.ts";
import type { SegmentOutputs } from "./segment.ts";

/**
 * Adds an empty segment for each segment that the manifest had and no longer has. Without one, Pulumi would delete the resource
 * with its ledgers of all queues, and the messages would be pushed again once they are back. The diff of an empty segment refuses
 * the removal of pushed rows, and keeps the ledgers of other queues. A segment whose ledgers are empty is kept as well: the journal
 * of a killed run, and the ledger of the producer Worker, may have what the state lacks, and both are found by what it records.
 *
 * @param segments of the manifest, empty if it has errors
 * @param recorded the manifest's segments in the Pulumi state, in any order
 */
export function withFormerSegments(
  segments: readonly Segment[],
  recorded: readonly Pick<SegmentOutputs, "segment">[],
): readonly Segment[] {
  const [first] = segments;
  if (first === undefined) return segments;
  const former = new Set(recorded.map(({ segment }) => segment).filter((index) => index >= segments.length));
  const indices = [...former].sort((a, b) => a - b);
  const end = segments.reduce((sum, { messages }) => sum + messages, 0);
  return [...segments, ...indices.map((index) => emptySegment(index, first, end))];
}

/** @param end the number of messages of the manifest */
function emptySegment(index: number, { content }: Segment, end: number): Segment {
  if (content.kind === "messages") return { ...createMessageSegment([]), index };
  const { delivery } = content;
  return {
    index,
    messages: 0,
    bytes: 0,
    digest: manifestDigest([]),
    content: {
      kind: "rows",
      from: end,
      rows: rowsDigest([]),
      ...(delivery !== undefined && { delivery }),
      last: true,
    },
  };
}
