import type { PlannedSegment } from "../src/lifecycle/state/inputs.ts";
import { latestMetrics, type TimedMetrics } from "../src/lifecycle/state/latest-metrics.ts";
import type { SourceRecord } from "../src/plan/index.ts";
import { DataFile } from "./data-file.ts";
import { aggregateOutputs, type ManifestOutputs } from "./outputs.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";
import { findRecordedRun } from "./recorded-segments.ts";
import { type ManifestInputs, type SegmentOptions, SegmentResource } from "./segment-resource.ts";

/** A manifest's segments, and the inputs that they share. */
export interface ManifestArgs extends ManifestInputs {
  readonly segments: readonly PlannedSegment[];
  /** The reading of the data file, so that the next run need not parse it. */
  readonly source?: SourceRecord | undefined;
}

/** What a manifest registered. */
export interface ManifestResources {
  readonly segments: readonly pulumi.Resource[];
  readonly outputs: pulumi.Output<ManifestOutputs>;
  /** The latest metrics of the queue that a push of the manifest returned. */
  readonly metrics: pulumi.Output<TimedMetrics | undefined>;
}

/**
 * Registers a resource for each segment of a manifest. They have no component of their own: Pulumi writes the whole state twice
 * for each resource that it creates, so one more resource for each of many manifests would double the time of their first run.
 *
 * @param name of the manifest in the stack, the prefix of its resources' names
 */
export function registerManifest(
  name: string,
  { segments, source, ...common }: ManifestArgs,
  options: SegmentOptions,
): ManifestResources {
  const { formerNames } = options;
  const former = formerNames.length > 0 && { formerNames };
  const needsRun = common.worker !== undefined && !pulumi.runtime.isDryRun();
  const resources = segments.map((segment) => {
    const run = needsRun && { recordedRun: findRecordedRun(common.deployment, segment.segment) };
    return new SegmentResource(name, { ...segment, ...former, ...common, ...run }, options);
  });
  const summaries = pulumi.all(resources.map(({ outputs }) => outputs));
  if (source !== undefined) {
    const { parent } = options;
    new DataFile(name, source, summaries, {
      ...(parent !== undefined && { parent }),
      aliases: formerNames.map((former) => ({ name: former })),
    });
  }
  return { segments: resources, outputs: summaries.apply(aggregateOutputs), metrics: summaries.apply(latestMetrics) };
}
