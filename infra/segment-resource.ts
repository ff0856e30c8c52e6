import { decodeSegment, encodeTerms, type SegmentTerms } from "../src/lifecycle/state/encoded-segment.ts";
import type { PlannedSegment } from "../src/lifecycle/state/inputs.ts";
import type { SegmentOutputs, WorkerTarget } from "../src/lifecycle/state/segment.ts";
import { segmentType, urns } from "../src/urn.ts";
import type { toInlineMessages } from "./message-args.ts";
import type { SegmentSummary } from "./outputs.ts";
import { DynamicResource } from "./pulumi-internals/dynamic-resource.ts";
import { stubs } from "./pulumi-internals/provider-stub.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";

/** The queue that a manifest is pushed to. Both ids may be unknown until the queue is created. */
export interface QueueTarget {
  readonly accountId: pulumi.Input<string>;
  readonly queueId: pulumi.Input<string>;
  /** The Worker through which messages are pushed; absent for the REST API. */
  readonly worker?: pulumi.Input<WorkerTarget>;
}

/** The inputs that all segments of a manifest share. */
export interface ManifestInputs extends QueueTarget {
  /** Absolute path of the repository, for the provider's check only; never stored in the state. */
  readonly folder: string;
  /** The messages, if the program passes them; the manifest then has one segment. */
  readonly inlineMessages?: ReturnType<typeof toInlineMessages> | undefined;
  readonly deployment: pulumi.Input<string>;
  /** Number of the shared delivery, for a data file whose segments share one. */
  readonly deliveryNumber?: pulumi.Output<number>;
}

/** A segment, and inputs that are only known during the run. */
export interface SegmentArgs extends ManifestInputs, Omit<PlannedSegment, keyof ManifestInputs> {
  /** For the provider's check only; see `CheckedInputs`. */
  readonly recordedRun?: pulumi.Output<string | undefined>;
}

export interface SegmentOptions {
  /** The component that deploys the segment, absent for one of the program itself. */
  readonly parent?: pulumi.ComponentResource;
  /** Resources that must be finished before the segment. */
  readonly dependsOn: pulumi.Resource[];
  /** Former names of the manifest's resources. */
  readonly formerNames: readonly string[];
}

/** A segment's resource, one checkpoint in the Pulumi state. */
export class SegmentResource extends DynamicResource {
  readonly #planned: Pick<PlannedSegment, "queue" | "messages">;
  /** See `EncodedSegment`. */
  declare readonly record: pulumi.Output<string | undefined>;

  constructor(manifest: string, args: SegmentArgs, { formerNames, ...options }: SegmentOptions) {
    const { accountId, queueId, worker, deployment, deliveryNumber, recordedRun, inlineMessages, folder, ...rest } =
      args;
    const { keys, terms } = separateKeys(rest, inlineMessages !== undefined);
    const name = `${manifest}/${args.segment}`;
    const inputs = {
      accountId,
      queueId,
      deployment,
      ...(worker !== undefined && { worker }),
      ...(deliveryNumber !== undefined && { deliveryNumber }),
      ...(inlineMessages !== undefined && { inlineMessages }),
      terms: packTermsOf(name, terms, options.parent),
      run: {
        folder,
        preview: pulumi.runtime.isDryRun(),
        ...(recordedRun !== undefined && { recordedRun }),
        ...(keys !== undefined && { keys }),
      },
      // Without this property, the SDK does not resolve it from what the provider returns.
      record: undefined,
    };
    super(stubs.segment, segmentType, name, inputs, {
      ...options,
      aliases: formerNames.map((former) => ({ name: `${former}/${args.segment}` })),
      // If the user makes Pulumi replace a segment, its old ledger is deleted before the new one starts. Changing the queue
      // does not replace it.
      deleteBeforeReplace: true,
    });
    this.#planned = { queue: args.queue, messages: args.messages };
  }

  /** A segment that `pulumi up --target` excludes has no record: nothing of it has been pushed yet. */
  get outputs(): pulumi.Output<SegmentSummary> {
    return this.record.apply((record) => {
      const { pushed = 0, inDoubt = 0, inDoubtMessages = [], lastPush, metrics, metricsAt } = unpackRecord(record);
      const latest = metrics !== undefined && metricsAt !== undefined && { metrics, metricsAt };
      return { ...this.#planned, pushed, inDoubt, inDoubtMessages, lastPush, ...latest };
    });
  }
}

function unpackRecord(record: string | undefined): Partial<SegmentOutputs> {
  return decodeSegment({ record });
}

/** Separates the keys of a manifest's messages, which never enter the state with the inputs. The provider adds those of values. */
function separateKeys<Terms extends Pick<PlannedSegment, "content">>(terms: Terms, areValues: boolean) {
  const { content } = terms;
  if (areValues || content.kind !== "messages") return { keys: undefined, terms };
  return { keys: content.keys, terms: { ...terms, content: { kind: content.kind } } };
}

function packTermsOf(
  name: string,
  terms: Omit<SegmentTerms, "resourceUrn" | "content">,
  parent: pulumi.Resource | undefined,
): string | Promise<string> {
  const { stack, project } = terms;
  if (parent === undefined) return encodeTerms({ ...terms, resourceUrn: urns.segment(stack, project, name) });
  // A plain promise: an output would depend on the parent, and so on all its segments, which would then wait for each other.
  return new Promise<string>((resolve) => {
    pulumi.createUrn(name, segmentType, parent).apply((resourceUrn) => resolve(encodeTerms({ ...terms, resourceUrn })));
  });
}
