import {
  type Client,
  ConfigError,
  createClient,
  type EndpointSources,
  loadCredentials,
  resolveBaseUrl,
} from "../../cloudflare/index.ts";
import { isSetByRepository } from "../../config/repository-environment.ts";
import type { Pulumi } from "../../engine/pulumi.ts";
import type { QueueMetrics } from "../../types.ts";
import { readApiConfig } from "./deployment/api-config.ts";
import type { StackSnapshot } from "./deployment/stack-snapshot.ts";
import type { QueuePlan } from "./plan/model.ts";

/** The result of requesting a queue's metrics. */
export type QueueMetricsResult =
  | { readonly kind: "metrics"; readonly metrics: QueueMetrics }
  | { readonly kind: "none"; readonly reason: string };

/**
 * Requests the current metrics of each queue from the Cloudflare API.
 *
 * @returns the results by queue name; a clause with the reason if no request could be made
 */
export async function fetchLiveMetrics(
  snapshot: StackSnapshot,
  queues: readonly Pick<QueuePlan, "name" | "id">[],
  find: () => Promise<Pulumi>,
  env: NodeJS.ProcessEnv,
): Promise<ReadonlyMap<string, QueueMetricsResult> | string> {
  const { accountId } = snapshot.settings;
  if (accountId === undefined) return "no Cloudflare account is configured";
  const { config, refused } = await readApiConfig(snapshot, find);
  let client: Client;
  try {
    const sources: EndpointSources = {
      config: (key) => config.get(key),
      env,
      setBy: (variable) => isSetByRepository(snapshot.root, variable),
    };
    client = createClient({
      credentials: loadCredentials(sources),
      baseUrl: resolveBaseUrl(sources),
      deadlineMs: 10_000,
      env,
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return refused === undefined
      ? error.message
      : `the stack's secrets cannot be read (${refused}), and ${error.message}`;
  }
  try {
    return new Map(
      await Promise.all(queues.map(async ({ name, id }) => [name, await fetchMetrics(client, accountId, id)] as const)),
    );
  } finally {
    await client.close();
  }
}

async function fetchMetrics(client: Client, accountId: string, queueId: string | null): Promise<QueueMetricsResult> {
  if (queueId === null) return { kind: "none", reason: "it is not created yet" };
  if (queueId === "") return { kind: "none", reason: "only the program knows which queue it is" };
  const answer = await client.metrics({ accountId, queueId });
  if (answer.kind === "ok") return { kind: "metrics", metrics: answer.value };
  return { kind: "none", reason: `${answer.failure.message}. ${answer.failure.remedy}` };
}
