import {
  createProducerClient,
  describeRejection,
  isLoopback,
  type ProducerAnswer,
  type ProducerClient,
} from "../../cloudflare/index.ts";
import type { HelloAnswer } from "../../producer/answers.ts";
import { wireVersion } from "../../producer/wire.ts";
import {
  createStoppedQueues,
  createThrottle,
  type StoppedQueues,
  type Throttle,
  workerLimits,
} from "../../push/index.ts";
import { SeederError, withConfigErrors } from "../errors.ts";
import type { ProviderHost } from "../host.ts";
import { maxWaitMs } from "../queue/connect.ts";
import type { SegmentInputs, WorkerTarget } from "../state/segment.ts";

/** State that all pushes of the process through one Worker share. */
export interface WorkerContext {
  readonly client: ProducerClient;
  readonly throttle: Throttle;
  readonly stoppedQueues: StoppedQueues;
  /** Maximum milliseconds that a run waits. */
  readonly maxWaitMs: number;
  /** The names of the queues that the Worker can push to. */
  readonly queues: readonly string[];
}

type Host = Pick<ProviderHost, "config" | "env" | "clock" | "cancelled">;

/**
 * Maximum milliseconds until a Worker answers, and milliseconds between two requests. A version that was deployed in this run may take a
 * while to reach all of Cloudflare's machines.
 */
const readiness = { deployedMs: 60_000, existingMs: 10_000, waitMs: 1_000 } as const;

/**
 * Creates the client of a Worker, and waits until the Worker answers with the expected code and queues: a new version reaches all
 * of Cloudflare's machines within seconds, but not at once.
 *
 * @throws SeederError if the key is missing, or if the Worker is not ready in time
 */
export async function connectWorker(
  { accountId }: Pick<SegmentInputs, "accountId">,
  target: WorkerTarget,
  host: Host,
): Promise<WorkerContext> {
  const workerKey = host.config("queue-seeder:workerKey");
  if (!workerKey) {
    throw new SeederError(
      "WORKER_KEY_MISSING",
      "the producer Worker has no key. Run `openssl rand -base64 32 | pulumi config set --secret queue-seeder:workerKey`. " +
        "Nothing was pushed.",
    );
  }
  if (target.url === "") {
    throw new SeederError(
      "WORKER_ADDRESS_MISSING",
      `nothing was pushed: the Worker ${target.name} has no address, because the account has no workers.dev subdomain. Open ` +
        "Workers & Pages in Cloudflare's dashboard once, which creates it, or deploy the Worker by hand and set queue-seeder:worker.",
    );
  }
  const url = new URL(target.url);
  const client = withConfigErrors(() =>
    createProducerClient({ url, workerKey, accountId, name: target.name, clock: host.clock, env: host.env }),
  );
  const most = maxWaitMs(host);
  const assume = isLoopback(url.hostname) ? "nothing" : "documented";
  const { queues } = await awaitReady(client, target, host);
  return {
    client,
    throttle: createThrottle({ clock: host.clock, assume, maxWaitMs: most, limits: workerLimits }),
    stoppedQueues: createStoppedQueues(),
    maxWaitMs: most,
    queues,
  };
}

/** Asks until the Worker is the expected one. @throws SeederError WORKER_NOT_READY */
async function awaitReady(
  client: Pick<ProducerClient, "hello" | "publicKey">,
  target: WorkerTarget,
  { clock, cancelled }: Pick<Host, "clock" | "cancelled">,
): Promise<HelloAnswer> {
  const since = clock.elapsed();
  const isExisting = target.code === undefined;
  const mostMs = isExisting ? readiness.existingMs : readiness.deployedMs;
  for (;;) {
    const answer = await client.hello(cancelled);
    const fault = findFault(answer, target, client.publicKey);
    if (fault === undefined && answer.kind === "answer") return answer.value;
    // Without a deployment in this run, a rejection does not change.
    const isFinal = isExisting && answer.kind === "rejected";
    if (isFinal || clock.elapsed() - since >= mostMs || cancelled.aborted) {
      throw new SeederError(
        "WORKER_NOT_READY",
        `nothing was pushed: the Worker at ${target.url} is not ready: ${fault}`,
      );
    }
    await clock.sleep(readiness.waitMs, cancelled).catch(() => {});
  }
}

/** Returns why the Worker is not the expected one, in sentences; undefined if it is. */
function findFault(
  answer: ProducerAnswer<HelloAnswer>,
  { code, queues = [] }: WorkerTarget,
  publicKey: string,
): string | undefined {
  switch (answer.kind) {
    case "answer": {
      const { code_digest, queues: bound } = answer.value;
      if (code !== undefined && code_digest !== code) {
        return `it is not yet running the deployed code (protocol version ${wireVersion}). Run the deployment again.`;
      }
      const missing = queues.filter((queue) => !bound.includes(queue));
      return missing.length === 0
        ? undefined
        : `it has no binding yet for ${missing.join(", ")}. Run the deployment again.`;
    }
    case "rejected": {
      const { message, remedy } = describeRejection(answer.reason, answer.status);
      const isKey = answer.reason === "unauthorized" || answer.reason === "misconfigured";
      return `${message}. ${remedy}${isKey ? ` Its binding PUBLIC_KEY must be ${publicKey}.` : ""}`;
    }
    default:
      return `${answer.failure.message}. ${answer.failure.remedy}`;
  }
}
