import { randomBytes, randomUUID } from "node:crypto";
import type { ProducerClient } from "../../src/cloudflare/index.ts";
import type { QueueMetrics } from "../../src/types.ts";

/** The answer of one check. */
export interface CheckResult {
  readonly check: string;
  readonly isExpected: boolean;
  /** What the Worker or the queue answered. */
  readonly answer: string;
}

export interface CheckOptions {
  readonly client: ProducerClient;
  /** A client with another key. */
  readonly stranger: Pick<ProducerClient, "hello">;
  /** Name of the queue, which the checks fill. */
  readonly queue: string;
  /** Number of messages to send; rounded up to full batches. */
  readonly messages: number;
  /** Reads the queue's metrics; undefined without a token. */
  readonly readMetrics: (() => Promise<QueueMetrics | undefined>) | undefined;
  /** Returns milliseconds of a monotonic clock. */
  readonly elapsed: () => number;
}

const batchSize = 100;
/** Requests at a time. */
const parallel = 16;

/** Runs the checks of a deployed Worker, one after the other, and yields the answer of each. */
export async function* checkWorker(options: CheckOptions): AsyncGenerator<CheckResult> {
  const { client, stranger, queue, messages, readMetrics, elapsed } = options;
  const place = { queue, deployment: randomUUID() };
  const batches = Array.from({ length: Math.ceil(messages / batchSize) }, () =>
    Array.from({ length: batchSize }, () => randomBytes(17).toString("base64url").slice(0, 22)),
  );
  const text = (keys: readonly string[]) => JSON.stringify({ messages: keys.map((key) => toMessage(key)) });

  const hello = await client.hello();
  const bound = hello.kind === "answer" && hello.value.queues.includes(queue);
  yield { check: "the Worker is deployed and bound to the queue", isExpected: bound, answer: JSON.stringify(hello) };
  if (!bound) return;

  const other = await stranger.hello();
  const isRejected = other.kind === "rejected" && other.reason === "unauthorized";
  yield { check: "another key is rejected", isExpected: isRejected, answer: JSON.stringify(other) };

  const before = await readMetrics?.();
  const sent = await pushAll(client, place, batches, text, elapsed);
  yield {
    check: `${batches.length * batchSize} messages are accepted`,
    isExpected: sent.accepted === batches.length && sent.repeated === 0,
    answer: `${sent.accepted} of ${batches.length} requests, ${Math.round((batches.length * batchSize) / sent.seconds)} messages a second; ${sent.failures}`,
  };

  const again = await pushAll(client, place, batches, text, elapsed);
  yield {
    check: "the same requests send nothing",
    isExpected: again.repeated === batches.length * batchSize,
    answer: `${again.repeated} messages recognized, ${Math.round((batches.length * batchSize) / again.seconds)} a second; ${again.failures}`,
  };

  const asked = await client.ask(place, batches.flat());
  const statuses = asked.kind === "answer" ? [...asked.value.statuses.values()] : [];
  yield {
    check: "the ledger has each message once",
    isExpected: statuses.length === batches.length * batchSize && statuses.every((status) => status === "accepted"),
    answer: `${statuses.filter((status) => status === "accepted").length} accepted of ${statuses.length}`,
  };

  const after = await readMetrics?.();
  if (before === undefined || after === undefined) return;
  const added = after.backlog_count - before.backlog_count;
  yield {
    check: "the queue has each message once (its metrics may be a minute old)",
    isExpected: added === batches.length * batchSize,
    answer: `${added} messages more than before`,
  };
}

function toMessage(key: string) {
  return { body: { check: key }, content_type: "json" };
}

async function pushAll(
  client: ProducerClient,
  place: Parameters<ProducerClient["push"]>[0],
  batches: readonly (readonly string[])[],
  text: (keys: readonly string[]) => string,
  elapsed: () => number,
) {
  const since = elapsed();
  const open = [...batches];
  const failures = new Map<string, number>();
  let accepted = 0;
  let repeated = 0;
  const work = async () => {
    for (let keys = open.pop(); keys !== undefined; keys = open.pop()) {
      const { answer } = await client.push(place, { keys, resend_in_doubt: false }, text(keys));
      if (answer.kind === "answer" && answer.value.state === "accepted") {
        accepted += 1;
        repeated += answer.value.repeated;
      } else {
        const what = answer.kind === "answer" ? `${answer.value.state} ${answer.value.code}` : answer.kind;
        failures.set(what, (failures.get(what) ?? 0) + 1);
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  const seconds = Math.max(elapsed() - since, 1) / 1_000;
  const list = [...failures].map(([what, times]) => `${times} times ${what}`).join(", ");
  return { accepted, repeated, seconds, failures: list || "no failures" };
}
