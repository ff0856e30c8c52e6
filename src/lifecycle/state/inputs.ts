import type { Segment } from "../../plan/index.ts";
import type { Manifest, QueueRequirements } from "../../types.ts";
import type { SegmentInputs } from "./segment.ts";

/** What all segments of a deployment have in common. */
export type StackContext = Pick<SegmentInputs, "stack" | "project" | "root">;

/**
 * A segment's inputs but for what only the engine knows: the queue's ids, the deployment's, the resource's own name, and what
 * its state has of all segments.
 */
export type PlannedSegment = Omit<
  SegmentInputs,
  "accountId" | "queueId" | "deployment" | "deliveryNumber" | "resourceUrn"
>;

/** The same for the program, which asks for the segment, and for the command line, which says beforehand what it will do. */
export function planSegment(manifest: Manifest, segment: Segment, context: StackContext): PlannedSegment {
  const { index, content, ...rest } = segment;
  return {
    ...context,
    manifest: manifest.name,
    ...(manifest.formerNames.length > 0 && { formerNames: manifest.formerNames }),
    file: manifest.location.file,
    queue: manifest.queue,
    mode: manifest.push,
    inDoubtPolicy: manifest.inDoubt,
    ...(hasRequirements(manifest.requires) && { requires: manifest.requires }),
    segment: index,
    ...rest,
    content,
  };
}

function hasRequirements({ consumer, notPaused, maxBacklog }: QueueRequirements): boolean {
  return consumer || notPaused || maxBacklog !== undefined;
}
