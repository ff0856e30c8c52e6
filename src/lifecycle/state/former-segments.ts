import { createMessageSegment, manifestDigest, rowsDigest, type Segment } from "../../plan/index.ts";
import { allQueueLedgers, recordsMessages } from "../ledger/queue-ledgers.ts";
import type { SegmentOutputs } from "./segment.ts";

type RecordedLedgers = Pick<SegmentOutputs, "segment" | "elsewhere"> & Parameters<typeof allQueueLedgers>[0];

/**
 * Adds an empty segment for each segment that the manifest had and no longer has, as long as a ledger of it records messages.
 * Without one, Pulumi would delete the resource with its ledgers of all queues, and the messages would be pushed again once they
 * are back. The diff of an empty segment refuses the removal of pushed rows, and keeps the ledgers of other queues.
 *
 * @param segments of the manifest, empty if it has errors
 * @param recorded the manifest's segments in the Pulumi state, in any order
 */
export function withFormerSegments(
  segments: readonly Segment[],
  recorded: readonly RecordedLedgers[],
): readonly Segment[] {
  const [first] = segments;
  if (first === undefined) return segments;
  const former = recorded.filter((each) => each.segment >= segments.length && isStillNeeded(each));
  const indices = [...new Set(former.map(({ segment }) => segment))].sort((a, b) => a - b);
  const end = segments.reduce((sum, { messages }) => sum + messages, 0);
  return [...segments, ...indices.map((index) => emptySegment(index, first, end))];
}

/** Reports whether a ledger of the segment, for any queue, records messages. */
export function isStillNeeded(recorded: RecordedLedgers): boolean {
  return allQueueLedgers(recorded).some(recordsMessages);
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
