import type { Segment } from "../../plan/index.ts";
import type { Manifest, QueueRequirements } from "../../types.ts";
import type { SegmentInputs } from "./segment.ts";

/** Inputs that all segments of a deployment share. */
export type StackContext = Pick<SegmentInputs, "stack" | "project" | "root">;

/**
 * A segment's inputs, except for those that only Pulumi can provide: the ids of the queue and the deployment, the Worker, the
 * delivery number and the URN.
 */
export type PlannedSegment = Omit<
  SegmentInputs,
  "accountId" | "queueId" | "worker" | "deployment" | "deliveryNumber" | "resourceUrn"
>;

/** Builds the inputs of a segment, for the program that registers it and for the commands that plan it. */
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
