import { segmentType } from "../src/engine/urn.ts";
import type { PlannedSegment } from "../src/lifecycle/state/inputs.ts";
import { latestMetrics, type TimedMetrics } from "../src/lifecycle/state/latest-metrics.ts";
import type { LastPush, SegmentInputs, SegmentOutputs, WorkerTarget } from "../src/lifecycle/state/segment.ts";
import { packSource, type SourceRecord } from "../src/plan/index.ts";
import type { toInlineMessages } from "./message-args.ts";
import { aggregateOutputs, type ManifestOutputs, type SegmentSummary } from "./outputs.ts";
import { DynamicResource } from "./pulumi-internals/dynamic-resource.ts";
import { providerStub } from "./pulumi-internals/provider-stub.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";

/** The queue that a manifest is pushed to. Both ids may be unknown until the queue is created. */
export interface QueueTarget {
  readonly accountId: pulumi.Input<string>;
  readonly queueId: pulumi.Input<string>;
  /** The Worker through which messages are pushed; absent for the REST API. */
  readonly worker?: pulumi.Input<WorkerTarget>;
}

/** A manifest's segments, and inputs that are only known during the run. */
export interface ManifestArgs extends QueueTarget {
  readonly segments: readonly PlannedSegment[];
  /** Former names of the resource. */
  readonly formerNames?: readonly string[];
  /** Absolute path of the repository, for the provider's check only; never stored in the state. */
  readonly folder: string;
  /** The messages of the single segment, if the program passes them. */
  readonly inlineMessages?: ReturnType<typeof toInlineMessages>;
  readonly deployment: pulumi.Input<string>;
  /** Number of the shared delivery, for a data file whose segments share one. */
  readonly deliveryNumber?: pulumi.Output<number>;
  /** The reading of the data file, so that the next run need not parse it. */
  readonly source?: SourceRecord | undefined;
}

const componentType = "queue-seeder:index:Manifest";

/** The component of one manifest, with a child resource for each segment of its messages. */
export class ManifestResource extends pulumi.ComponentResource {
  readonly outputs: pulumi.Output<ManifestOutputs>;
  /** The latest metrics of the queue that a push of the manifest returned. */
  readonly metrics: pulumi.Output<TimedMetrics | undefined>;

  constructor(
    name: string,
    { segments, formerNames = [], source, ...common }: ManifestArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(componentType, name, {}, opts);
    const former = formerNames.length > 0 && { formerNames };
    const options = (segment: number) => ({
      parent: this,
      // Pulumi derives these aliases from the parent's, but not after a run that renamed the parent and was killed before its
      // children.
      aliases: formerNames.map((former) => ({ name: `${former}/${segment}` })),
    });
    const resources = segments.map(
      (segment) => new SegmentResource(name, { ...segment, ...former, ...common }, options(segment.segment)),
    );
    this.outputs = pulumi.all(resources.map(({ outputs }) => outputs)).apply(aggregateOutputs);
    this.metrics = pulumi.all(resources.map(({ metricsOutput }) => metricsOutput)).apply(latestMetrics);
    this.registerOutputs({ delivery: this.outputs, ...(source !== undefined && { source: packSource(source) }) });
  }
}

type SegmentArgs = Omit<PlannedSegment, "inlineMessages"> & Omit<ManifestArgs, "segments" | "formerNames" | "source">;
type FromProvider = Exclude<keyof SegmentOutputs, keyof SegmentInputs>;

/** A segment's resource, one checkpoint in the Pulumi state. */
class SegmentResource extends DynamicResource {
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
    // A plain promise: an output would depend on the parent, and so on all its segments, which would then wait for each other.
    const urn = pulumi.createUrn(name, segmentType, parent);
    const resourceUrn = new Promise<string>((resolve) => {
      urn.apply(resolve);
    });
    // Without these properties, the SDK does not resolve them from what the provider returns.
    const fromProvider: Record<FromProvider, undefined> = {
      version: undefined,
      lineage: undefined,
      ledger: undefined,
      runs: undefined,
      workerLedger: undefined,
      elsewhere: undefined,
      pushed: undefined,
      inDoubt: undefined,
      inDoubtMessages: undefined,
      lastPush: undefined,
      metrics: undefined,
      metricsAt: undefined,
    };
    const preview = pulumi.runtime.isDryRun();
    // If the user makes Pulumi replace a segment, its old ledger is deleted before the new one starts. Changing the queue does
    // not replace it.
    const options = { parent, aliases: [...aliases], deleteBeforeReplace: true };
    super(providerStub, segmentType, name, { ...args, ...fromProvider, resourceUrn, preview }, options);
    this.#planned = { queue: args.queue, messages: args.messages };
  }

  /** A segment that `pulumi up --target` excludes has no properties: nothing of it has been pushed yet. */
  get outputs(): pulumi.Output<SegmentSummary> {
    const { pushed, inDoubt, inDoubtMessages, lastPush } = this;
    return pulumi
      .all([pushed, inDoubt, inDoubtMessages, lastPush])
      .apply(([pushed, inDoubt, inDoubtMessages, lastPush]) => ({
        ...this.#planned,
        pushed: pushed ?? 0,
        inDoubt: inDoubt ?? 0,
        inDoubtMessages: inDoubtMessages ?? [],
        lastPush,
      }));
  }

  get metricsOutput(): pulumi.Output<Partial<TimedMetrics>> {
    return pulumi
      .all([this.metrics, this.metricsAt])
      .apply(([metrics, metricsAt]) =>
        metrics === undefined || metricsAt === undefined ? {} : { metrics, metricsAt },
      );
  }
}
