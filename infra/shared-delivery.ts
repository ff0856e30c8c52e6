import { resolveDeliveryNumber } from "../src/lifecycle/delivery-number.ts";
import type { PlannedSegment } from "../src/lifecycle/state/inputs.ts";
import type { SegmentOutputs } from "../src/lifecycle/state/segment.ts";
import type { QueueTarget } from "./manifest-resource.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";
import { type RecordedSegment, readRecordedSegments } from "./recorded-segments.ts";

/** Identifies a manifest in the state, and its queue. */
interface Identity extends QueueTarget {
  /** The name of its resource, followed by its former names. */
  readonly names: readonly string[];
  readonly deployment: pulumi.Output<string>;
}

/** Returns the number of the delivery that this run makes of a data file with several segments; see `resolveDeliveryNumber`. */
export function resolveSharedDelivery(
  segments: readonly PlannedSegment[],
  { accountId, queueId, names, deployment }: Identity,
): pulumi.Output<number> {
  return pulumi.all([accountId, queueId, readRecordedSegments()]).apply(([accountId, queueId, all]) => {
    const queue = { accountId, queueId };
    const byName = segments.map(({ segment }) => firstNamed(all, names, segment));
    if (byName.some((each) => each !== undefined)) return pulumi.output(resolveDeliveryNumber(segments, byName, queue));
    // After a rename of a component the names differ, and in a preview the deployment may be unknown.
    return deployment.apply((id) => {
      const own = all.map(({ outputs }) => outputs).filter((outputs) => outputs.deployment === id);
      const recorded = segments.map(({ segment }) => own.find((each) => each.segment === segment));
      return resolveDeliveryNumber(segments, recorded, queue);
    });
  });
}

function firstNamed(
  all: readonly RecordedSegment[],
  names: readonly string[],
  segment: number,
): SegmentOutputs | undefined {
  for (const name of names) {
    const [found, another] = all.filter((each) => each.name === `${name}/${segment}`);
    if (found !== undefined && another === undefined) return found.outputs;
  }
  return undefined;
}
