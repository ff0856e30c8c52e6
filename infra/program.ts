import type { QueueMetrics } from "../src/types.ts";
import { deployManifests } from "./deploy-manifests.ts";
import { loadManifestsOrThrow, loadSettingsOrThrow, resolveAccount } from "./load-checked-manifests.ts";
import type { ManifestResource } from "./manifest-resource.ts";
import type { ManifestOutputs } from "./outputs.ts";
import { provisionQueues, type Target } from "./provision-queues.ts";
import * as pulumi from "./pulumi.ts";
import { warmUpProvider } from "./pulumi-internals/warm-up-provider.ts";
import { withoutStackTraces } from "./pulumi-internals/without-stack-traces.ts";

/** The stack's outputs. */
export interface Outputs {
  /** By the manifests' names. */
  readonly manifests: Record<string, pulumi.Output<ManifestOutputs>>;
  /** By the names that manifests use. Metrics are the API's last ones, best effort. */
  readonly queues: Record<string, pulumi.Output<QueueOutputs>>;
}

export interface QueueOutputs {
  readonly id: string;
  readonly metrics: QueueMetrics | null;
  readonly metricsAt: string | null;
}

/**
 * The whole program: configuration -> manifests -> queues -> resources -> outputs. Everything is read and checked before
 * the first resource is registered, since with `--skip-preview` the engine changes things as they are registered.
 *
 * @param root absolute path of the repository
 * @throws pulumi.RunError with every problem found; the engine shows its message without a stack
 */
export async function runProgram(root: string): Promise<Outputs> {
  await warmUpProvider();
  const settings = loadSettingsOrThrow(root);
  const loaded = await loadManifestsOrThrow(settings, root);
  const targets = await provisionQueues(settings, resolveAccount(settings));
  const manifests = withoutStackTraces(() => deployManifests(root, loaded, ({ queue }) => targets.get(queue)));
  return {
    manifests: Object.fromEntries([...manifests].map(([name, { outputs }]) => [name, outputs])),
    queues: Object.fromEntries([...targets].map(([name, target]) => [name, toQueueOutputs(name, target, manifests)])),
  };
}

/** A queue's metrics are those of the manifest that heard from the API last. */
function toQueueOutputs(
  name: string,
  target: Target,
  manifests: ReadonlyMap<string, ManifestResource>,
): pulumi.Output<QueueOutputs> {
  return pulumi.all([target.queueId, [...manifests.values()].map(({ outputs }) => outputs)]).apply(([id, all]) => {
    const heard = all.filter(({ queue, metricsAt }) => queue === name && metricsAt !== null);
    const last = heard.sort((a, b) => (a.metricsAt ?? "").localeCompare(b.metricsAt ?? "")).at(-1);
    return { id, metrics: last?.metrics ?? null, metricsAt: last?.metricsAt ?? null };
  });
}
