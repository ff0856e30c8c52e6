import {
  type AddressSources,
  baseUrlFrom,
  type Client,
  ConfigurationError,
  createClient,
  credentialsFrom,
} from "../../cloudflare/index.ts";
import { setByRepository } from "../../config/repository-environment.ts";
import type { Pulumi } from "../../engine/pulumi.ts";
import { parseReason } from "../../engine/pulumi-messages.ts";
import type { Metrics } from "../../types.ts";
import type { Facts } from "./deployment/facts.ts";
import type { QueuePlan } from "./plan/model.ts";

/** What became of asking for a queue's metrics. */
export type Asked =
  | { readonly kind: "metrics"; readonly metrics: Metrics }
  | { readonly kind: "none"; readonly why: string };

/** Every key of the configuration that credentials can be in; see `credentialsFrom`. */
const credentialKeys = ["queue-seeder", "cloudflare"].flatMap((namespace) =>
  ["apiToken", "email", "apiKey"].map((name) => `${namespace}:${name}`),
);

/**
 * Asks each queue for its metrics.
 *
 * @returns by the queues' names; a clause where none could be asked
 */
export async function liveMetrics(
  facts: Facts,
  queues: readonly Pick<QueuePlan, "name" | "id">[],
  find: () => Promise<Pulumi>,
  env: NodeJS.ProcessEnv,
): Promise<ReadonlyMap<string, Asked> | string> {
  const { accountId } = facts.settings;
  if (accountId === undefined) return "no Cloudflare account is configured";
  const { config, refused } = await readConfig(facts, find);
  let client: Client;
  try {
    const sources: AddressSources = {
      config: (key) => config.get(key),
      env,
      setBy: (variable) => setByRepository(facts.root, variable),
    };
    client = createClient({
      credentials: credentialsFrom(sources),
      baseUrl: baseUrlFrom(sources),
      deadlineMs: 10_000,
      env,
    });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return refused === undefined
      ? error.message
      : `the stack's secrets cannot be read (${refused}), and ${error.message}`;
  }
  try {
    return new Map(
      await Promise.all(queues.map(async ({ name, id }) => [name, await ask(client, accountId, id)] as const)),
    );
  } finally {
    await client.close();
  }
}

async function ask(client: Client, accountId: string, queueId: string | null): Promise<Asked> {
  if (queueId === null) return { kind: "none", why: "it is not created yet" };
  if (queueId === "") return { kind: "none", why: "only the program knows which queue it is" };
  const answer = await client.metrics({ accountId, queueId });
  if (answer.kind === "ok") return { kind: "metrics", metrics: answer.value };
  return { kind: "none", why: `${answer.failure.message}. ${answer.failure.remedy}` };
}

/** The configuration's credentials, secret ones decrypted by Pulumi. They stay in this process. */
async function readConfig(
  { stack, config }: Facts,
  find: () => Promise<Pulumi>,
): Promise<{ readonly config: ReadonlyMap<string, string>; readonly refused: string | undefined }> {
  const found = new Map<string, string>();
  let refused: string | undefined;
  for (const key of [...credentialKeys, "cloudflare:baseUrl"]) {
    const value = config.values.get(key);
    if (value === undefined || value === "") continue;
    if (!config.isSecret(key)) {
      found.set(key, String(value));
      continue;
    }
    const { code, stdout, stderr } = await (await find()).run(["config", "get", key, "--stack", stack.full]);
    if (code === 0) found.set(key, stdout.replace(/\r?\n$/, ""));
    else refused ??= parseReason(stderr);
  }
  return { config: found, refused };
}
