import type { LastPush, SegmentInputs, SegmentOutputs } from "../src/lifecycle/segment.ts";
import type { PackedLedger } from "../src/plan/index.ts";
import type { Metrics } from "../src/types.ts";
import { stub } from "./provider/stub.ts";
import * as pulumi from "./pulumi.ts";

/** A segment's inputs as the program knows them: the queue's id may only be known once the queue is there. */
export type SegmentArgs = Omit<SegmentInputs, "queueId" | "self"> & { readonly queueId: pulumi.Input<string> };

/** What a manifest's deployment left behind, for the stack's outputs. */
export interface ManifestOutputs {
  readonly queue: string;
  /** Messages that are known to have been pushed to this stack's queue. */
  readonly pushed: number;
  readonly inDoubt: number;
  readonly lastPush: LastPush;
  readonly metrics: Metrics | null;
  readonly metricsAt: string | null;
}

const componentType = "queue-seeder:index:Manifest";
const segmentType = "pulumi-nodejs:dynamic:Segment";

/** One manifest in the engine's eyes: a component, with a resource for each segment of its messages under it. */
export class ManifestResource extends pulumi.ComponentResource {
  readonly outputs: pulumi.Output<ManifestOutputs>;

  constructor(args: SegmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType, args.manifest, {}, opts);
    this.outputs = new Segment(args, this).outputs;
    this.registerOutputs({ delivery: this.outputs });
  }
}

/** One checkpoint in the engine's state: a dynamic resource, whose provider is ./provider/stub.ts. */
class Segment extends pulumi.CustomResource {
  declare readonly ledger: pulumi.Output<PackedLedger>;
  declare readonly queue: pulumi.Output<string>;
  declare readonly pushed: pulumi.Output<number>;
  declare readonly inDoubt: pulumi.Output<number>;
  declare readonly lastPush: pulumi.Output<LastPush>;
  declare readonly metrics: pulumi.Output<Metrics | undefined>;
  declare readonly metricsAt: pulumi.Output<string | undefined>;

  constructor(args: SegmentArgs, parent: pulumi.Resource) {
    const name = `${args.manifest}/0`;
    const self = pulumi.createUrn(name, segmentType, parent);
    // Without a value here the SDK does not resolve the property from what the provider returns.
    const fromProvider: Record<Exclude<keyof SegmentOutputs, keyof SegmentInputs>, undefined> = {
      ledger: undefined,
      pushed: undefined,
      inDoubt: undefined,
      lastPush: undefined,
      metrics: undefined,
      metricsAt: undefined,
    };
    const preview = pulumi.runtime.isDryRun();
    super(segmentType, name, { ...args, ...fromProvider, self, preview, __provider: stub }, { parent });
  }

  get outputs(): pulumi.Output<ManifestOutputs> {
    const { queue, pushed, inDoubt, lastPush, metrics, metricsAt } = this;
    return pulumi
      .all([queue, pushed, inDoubt, lastPush, metrics, metricsAt])
      .apply(([queue, pushed, inDoubt, lastPush, metrics, metricsAt]) => ({
        queue,
        pushed,
        inDoubt,
        lastPush,
        metrics: metrics ?? null,
        metricsAt: metricsAt ?? null,
      }));
  }
}
