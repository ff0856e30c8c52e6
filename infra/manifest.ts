import type { PlannedSegment } from "../src/lifecycle/inputs.ts";
import type { LastPush, SegmentInputs, SegmentOutputs } from "../src/lifecycle/segment.ts";
import { type ManifestOutputs, neverPushed, type SegmentSummary, sumOutputs } from "./outputs.ts";
import { stub } from "./provider/stub.ts";
import * as pulumi from "./pulumi.ts";

/** A manifest's segments, and what only the run knows of them. */
export interface ManifestArgs {
  readonly manifest: string;
  readonly segments: readonly PlannedSegment[];
  /** Known once the queue is there. */
  readonly queueId: pulumi.Input<string>;
  readonly deployment: pulumi.Input<string>;
}

const componentType = "queue-seeder:index:Manifest";
const segmentType = "pulumi-nodejs:dynamic:Segment";

/** One manifest in the engine's eyes: a component, with a resource for each segment of its messages under it. */
export class ManifestResource extends pulumi.ComponentResource {
  readonly outputs: pulumi.Output<ManifestOutputs>;

  constructor({ manifest, segments, queueId, deployment }: ManifestArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType, manifest, {}, opts);
    const resources = segments.map((segment) => new SegmentResource({ ...segment, queueId, deployment }, this));
    this.outputs = pulumi.all(resources.map(({ outputs }) => outputs)).apply(sumOutputs);
    this.registerOutputs({ delivery: this.outputs });
  }
}

type SegmentArgs = PlannedSegment & Pick<ManifestArgs, "queueId" | "deployment">;
type FromProvider = Exclude<keyof SegmentOutputs, keyof SegmentInputs>;

/** One checkpoint in the engine's state: a dynamic resource, whose provider is ./provider/stub.ts. */
class SegmentResource extends pulumi.CustomResource {
  readonly #planned: Pick<PlannedSegment, "queue" | "messages">;
  declare readonly pushed: pulumi.Output<number | undefined>;
  declare readonly inDoubt: pulumi.Output<number | undefined>;
  declare readonly inDoubtMessages: pulumi.Output<readonly string[] | undefined>;
  declare readonly lastPush: pulumi.Output<LastPush | undefined>;
  declare readonly metrics: pulumi.Output<SegmentOutputs["metrics"]>;
  declare readonly metricsAt: pulumi.Output<string | undefined>;

  constructor(args: SegmentArgs, parent: pulumi.Resource) {
    const name = `${args.manifest}/${args.segment}`;
    // A plain promise: as an output it would depend on the parent, and so on all its segments, each of which would wait for
    // the others.
    const urn = pulumi.createUrn(name, segmentType, parent);
    const self = new Promise<string>((resolve) => {
      urn.apply(resolve);
    });
    // Without a value here the SDK does not resolve the property from what the provider returns.
    const fromProvider: Record<FromProvider, undefined> = {
      ledger: undefined,
      pushed: undefined,
      inDoubt: undefined,
      inDoubtMessages: undefined,
      lastPush: undefined,
      metrics: undefined,
      metricsAt: undefined,
    };
    const preview = pulumi.runtime.isDryRun();
    super(segmentType, name, { ...args, ...fromProvider, self, preview, __provider: stub }, { parent });
    this.#planned = { queue: args.queue, messages: args.messages };
  }

  /** What `pulumi up --target` passes over has no properties: nothing of it was pushed yet. */
  get outputs(): pulumi.Output<SegmentSummary> {
    const { pushed, inDoubt, inDoubtMessages, lastPush, metrics, metricsAt } = this;
    return pulumi
      .all([pushed, inDoubt, inDoubtMessages, lastPush, metrics, metricsAt])
      .apply(([pushed, inDoubt, inDoubtMessages, lastPush, metrics, metricsAt]) => ({
        ...this.#planned,
        pushed: pushed ?? 0,
        inDoubt: inDoubt ?? 0,
        inDoubtMessages: inDoubtMessages ?? [],
        lastPush: lastPush ?? neverPushed,
        metrics,
        metricsAt,
      }));
  }
}
