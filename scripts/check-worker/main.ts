import { parseArgs } from "node:util";
import { createClient, createProducerClient, loadCredentials, resolveBaseUrl } from "../../src/cloudflare/index.ts";
import { checkWorker } from "./checks.ts";

const usage = `Checks a producer Worker that is deployed to an account, and prints its answers. It fills the queue with messages.

    npm run check:worker -- [--messages 1000]

Variables:
  WORKER_URL                the address of the Worker
  WORKER_NAME               its name (default: queue-seeder)
  QUEUE_SEEDER_WORKER_KEY   the key, queue-seeder:workerKey
  CLOUDFLARE_ACCOUNT_ID     the account
  QUEUE                     the name of a queue for the test, without a consumer
  QUEUE_ID                  its id; with CLOUDFLARE_API_TOKEN, to compare its backlog (optional)
`;

const { values } = parseArgs({
  options: { messages: { type: "string", default: "1000" }, help: { type: "boolean", default: false } },
});
const {
  WORKER_URL,
  WORKER_NAME = "queue-seeder",
  QUEUE_SEEDER_WORKER_KEY,
  CLOUDFLARE_ACCOUNT_ID,
  QUEUE,
  QUEUE_ID,
} = process.env;
const isComplete = WORKER_URL && QUEUE_SEEDER_WORKER_KEY && CLOUDFLARE_ACCOUNT_ID && QUEUE;

if (values.help || !isComplete) {
  console.log(usage);
  process.exitCode = values.help ? 0 : 2;
} else {
  process.exitCode = (await check(WORKER_URL, QUEUE_SEEDER_WORKER_KEY, CLOUDFLARE_ACCOUNT_ID, QUEUE)) ? 0 : 1;
}

/** @returns whether each answer was the expected one */
async function check(address: string, workerKey: string, accountId: string, queue: string): Promise<boolean> {
  const clock = {
    now: () => Date.now(),
    sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  };
  const options = { url: new URL(address), workerKey, accountId, name: WORKER_NAME, clock, env: process.env };
  const client = createProducerClient(options);
  const stranger = createProducerClient({ ...options, workerKey: `${workerKey}-another` });
  let isAsExpected = true;
  const checks = checkWorker({
    client,
    stranger,
    queue,
    messages: Number(values.messages),
    readMetrics: metricsReader(accountId),
    elapsed: () => performance.now(),
  });
  for await (const { check, isExpected, answer } of checks) {
    isAsExpected &&= isExpected;
    console.log(`${isExpected ? "ok    " : "DIFFERS"} ${check}: ${answer}`);
  }
  await client.close();
  await stranger.close();
  return isAsExpected;
}

function metricsReader(accountId: string) {
  if (!QUEUE_ID || !process.env.CLOUDFLARE_API_TOKEN) return undefined;
  const sources = { config: () => undefined, env: process.env, setBy: () => undefined };
  const api = createClient({ credentials: loadCredentials(sources), baseUrl: resolveBaseUrl(sources) });
  return async () => {
    const read = await api.metrics({ accountId, queueId: QUEUE_ID });
    return read.kind === "ok" ? read.value : undefined;
  };
}
