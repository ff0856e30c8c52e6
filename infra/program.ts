import { latestMetrics, type TimedMetrics } from "../src/lifecycle/state/latest-metrics.ts";
import type { WorkerTarget } from "../src/lifecycle/state/segment.ts";
import type { Manifest, QueueMetrics } from "../src/types.ts";
import { deployManifests } from "./deploy-manifests.ts";
import { loadManifestsOrThrow, loadSettingsOrThrow, resolveAccount } from "./load-checked-manifests.ts";
import type { ManifestOutputs } from "./outputs.ts";
import { provisionWorker } from "./producer-worker.ts";
import { type ProvisionedQueue, provisionQueues } from "./provision-queues.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";
import { warmUpProvider } from "./pulumi-internals/warm-up-provider.ts";
import { withoutStackTraces } from "./pulumi-internals/without-stack-traces.ts";
import { readRecordedSegments } from "./recorded-segments.ts";
import type { QueueTarget } from "./segment-resource.ts";

/** The result of {@link runProgram}, to export as outputs of the stack. */
export interface Outputs {
  /** Results by manifest name. */
  readonly manifests: Record<string, pulumi.Output<ManifestOutputs>>;
  /** The queues, by the names that manifests use. */
  readonly queues: Record<string, pulumi.Output<QueueOutputs>>;
}

/** A queue, for the outputs of the stack. */
export interface QueueOutputs {
  /** The queue's id in the account. */
  readonly id: string;
  /** Latest metrics from the API, best effort; absent if it has returned none yet. */
  readonly metrics?: QueueMetrics;
  /** When the API returned the metrics, ISO 8601; absent without metrics. */
  readonly metricsAt?: string;
}

/**
 * Runs the whole program: reads the configuration and the manifests, creates the queues and pushes the messages. Everything is
 * read and checked before the first resource is registered, since with `--skip-preview` Pulumi applies changes as resources are
 * registered.
 *
 * @param root absolute path of the repository
 * @returns the outputs of the stack
 * @throws pulumi.RunError if the configuration or a manifest is invalid, with every problem found, or if the state cannot be read;
 *   Pulumi displays its message without a stack trace
 */
export async function runProgram(root: string): Promise<Outputs> {
  await warmUpProvider();
  const settings = loadSettingsOrThrow(root);
  const loaded = await loadManifestsOrThrow(settings, root);
  const accountId = resolveAccount(settings);
  const targets = await provisionQueues(settings, accountId);
  const workers = await provisionWorker(settings, accountId, targets);
  const targetOf = ({ queue }: Manifest) => toQueueTarget(targets.get(queue), workers.get(queue));
  const recorded = await readRecordedSegments();
  const manifests = withoutStackTraces(() => deployManifests(root, loaded, recorded, targetOf));
  const pushes = pulumi.all([...manifests.values()].map(({ outputs, metrics }) => pulumi.all([outputs, metrics])));
  return {
    manifests: Object.fromEntries([...manifests].map(([name, { outputs }]) => [name, outputs])),
    queues: Object.fromEntries([...targets].map(([name, target]) => [name, toQueueOutputs(name, target, pushes)])),
  };
}

function toQueueTarget(
  target: ProvisionedQueue | undefined,
  worker: pulumi.Input<WorkerTarget> | undefined,
): QueueTarget | undefined {
  if (target === undefined) return undefined;
  const { accountId, queueId } = target;
  return { accountId, queueId, ...(worker !== undefined && { worker }) };
}

/** Returns the outputs of a queue. Its metrics are the latest that any of its manifests has. */
function toQueueOutputs(
  name: string,
  target: ProvisionedQueue,
  pushes: pulumi.Output<[ManifestOutputs, TimedMetrics | undefined][]>,
): pulumi.Output<QueueOutputs> {
  return pulumi.all([target.queueId, pushes]).apply(([id, all]) => {
    const known = all.flatMap(([{ queue }, metrics]) => (queue === name ? (metrics ?? []) : []));
    return { id, ...latestMetrics(known) };
  });
}
