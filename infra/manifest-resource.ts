import type { PlannedSegment } from "../src/lifecycle/state/inputs.ts";
import type { LastPush, SegmentInputs, SegmentOutputs } from "../src/lifecycle/state/segment.ts";
import type { toInlineMessages } from "./message-args.ts";
import { aggregateOutputs, type ManifestOutputs, noPush, type SegmentSummary } from "./outputs.ts";
import * as pulumi from "./pulumi.ts";
import { providerStub } from "./pulumi-internals/provider-stub.ts";

/** The queue that a manifest goes to. Both may only be known once the queue is there. */
export interface QueueTarget {
  readonly accountId: pulumi.Input<string>;
  readonly queueId: pulumi.Input<string>;
}

/** A manifest's segments, and what only the run knows of them. */
export interface ManifestArgs extends QueueTarget {
  readonly segments: readonly PlannedSegment[];
  /** Names that the resource had before. */
  readonly formerNames?: readonly string[];
  /** Absolute path of the repository, for the provider's check alone: no state has it. */
  readonly folder: string;
  /** The messages of the one segment, where the program gives them. */
  readonly inlineMessages?: ReturnType<typeof toInlineMessages>;
  readonly deployment: pulumi.Input<string>;
  /** Of a data file whose segments share their deliveries. */
  readonly deliveryNumber?: pulumi.Output<number>;
}

const componentType = "queue-seeder:index:Manifest";
const segmentType = "pulumi-nodejs:dynamic:Segment";

/** One manifest in the engine's eyes: a component, with a resource for each segment of its messages under it. */
export class ManifestResource extends pulumi.ComponentResource {
  readonly outputs: pulumi.Output<ManifestOutputs>;

  constructor(
    name: string,
    { segments, formerNames = [], ...common }: ManifestArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(componentType, name, {}, opts);
    const former = formerNames.length > 0 && { formerNames };
    const options = (segment: number) => ({
      parent: this,
      // Pulumi lets them follow from the parent's, but not after a run that renamed the parent and was killed before its children.
      aliases: formerNames.map((former) => ({ name: `${former}/${segment}` })),
    });
    const resources = segments.map(
      (segment) => new SegmentResource(name, { ...segment, ...former, ...common }, options(segment.segment)),
    );
    this.outputs = pulumi.all(resources.map(({ outputs }) => outputs)).apply(aggregateOutputs);
    this.registerOutputs({ delivery: this.outputs });
  }
}

type SegmentArgs = Omit<PlannedSegment, "inlineMessages"> & Omit<ManifestArgs, "segments" | "formerNames">;
type FromProvider = Exclude<keyof SegmentOutputs, keyof SegmentInputs>;

/** One checkpoint in the engine's state: a dynamic resource, whose provider is ./pulumi-internals/stub.ts. */
class SegmentResource extends pulumi.CustomResource {
  readonly #planned: Pick<PlannedSegment, "queue" | "messages">;
  declare readonly pushed: pulumi.Output<number | undefined>;
  declare readonly inDoubt: pulumi.Output<number | undefined>;
  declare readonly inDoubtMessages: pulumi.Output<readonly string[] | undefined>;
  declare readonly lastPush: pulumi.Output<LastPush | undefined>;
  declare readonly metrics: pulumi.Output<SegmentOutputs["metrics"]>;
  declare readonly metricsAt: pulumi.Output<string | undefined>;

  constructor(
    manifest: string,
    args: SegmentArgs,
    { parent, aliases }: { readonly parent: pulumi.Resource; readonly aliases: readonly { readonly name: string }[] },
  ) {
    const name = `${manifest}/${args.segment}`;
    // A plain promise: as an output it would depend on the parent, and so on all its segments, each of which would wait for
    // the others.
    const urn = pulumi.createUrn(name, segmentType, parent);
    const resourceUrn = new Promise<string>((resolve) => {
      urn.apply(resolve);
    });
    // Without a value here the SDK does not resolve the property from what the provider returns.
    const fromProvider: Record<FromProvider, undefined> = {
      lineage: undefined,
      ledger: undefined,
      runs: undefined,
      elsewhere: undefined,
      pushed: undefined,
      inDoubt: undefined,
      inDoubtMessages: undefined,
      lastPush: undefined,
      metrics: undefined,
      metricsAt: undefined,
    };
    const preview = pulumi.runtime.isDryRun();
    // Where Pulumi is told to replace a segment, its old ledger is given up before the new one begins. Another queue replaces
    // nothing.
    const options = { parent, aliases: [...aliases], deleteBeforeReplace: true };
    super(segmentType, name, { ...args, ...fromProvider, resourceUrn, preview, __provider: providerStub }, options);
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
        lastPush: lastPush ?? noPush,
        metrics,
        metricsAt,
      }));
  }
}
