import { basename } from "node:path";
import { workerDefaults } from "../api/consumer-settings.ts";
import type { Broker } from "../broker/broker.ts";
import type { Queue } from "../broker/queue.ts";
import { newId } from "../broker/queue-id.ts";
import type { WorkerConsumer } from "../broker/types.ts";
import type { Clock } from "../clock.ts";
import { limits } from "../limits.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { Batching, Print, Receiver } from "./types.ts";
import { startWorker } from "./worker.ts";
import type { WorkerOptions } from "./worker-option.ts";
import { connectToWrangler } from "./wrangler-dev.ts";

/** Concurrent batches if the consumer sets no number; the platform scales automatically. */
const defaultConcurrency = 10;

/** wrangler's own process forms the batches, so it gets all ready messages in the largest batches that it accepts. */
const wranglerBatching: Batching = {
  batchSize: limits.batchMessages,
  maxWaitTimeMs: 0,
  maxBytes: limits.batchBytes,
  maxConcurrency: 1,
};

export interface ConsumersSetup {
  readonly broker: Broker;
  readonly clock: Clock & { readonly speed?: number };
  readonly workers: readonly WorkerOptions[];
  /** The names of queues whose consumer runs under `wrangler dev`. */
  readonly wranglerDev: readonly string[];
  readonly print: Print;
}

/**
 * Attaches the Workers to their queues and starts to deliver.
 *
 * @returns a function that stops them
 * @throws Error if one of them does not start, after stopping the others
 */
export async function startConsumers(setup: ConsumersSetup): Promise<() => Promise<void>> {
  const { broker, clock, workers, wranglerDev, print } = setup;
  const twice = [...workers.map(({ queue }) => queue), ...wranglerDev].find(
    (name, at, all) => all.indexOf(name) !== at,
  );
  if (twice !== undefined)
    throw new Error(
      `The queue ${twice} has two consumers here, but a queue can only have one. Remove one of the flags.`,
    );
  const dispatchers: Dispatcher[] = [];
  const stop = async () => {
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.close()));
  };
  const begin = (name: string, receiver: Receiver, batching: (queue: Queue) => Batching | undefined) => {
    const dispatcher = new Dispatcher({ broker, clock, name, receiver, batching, print });
    dispatchers.push(dispatcher);
    return dispatcher;
  };
  try {
    for (const worker of workers) {
      attach(broker, worker);
      begin(worker.queue, await startWorker(worker, print), workerBatching);
    }
    for (const queue of wranglerDev) {
      let wake = () => {};
      const receiver = await connectToWrangler(queue, print, () => wake());
      const dispatcher = begin(queue, receiver, () => wranglerBatching);
      wake = () => dispatcher.schedule();
    }
    broker.commit();
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Attaches a Worker as a deployment does. Settings that the flag omits keep their saved values, or get the defaults. */
function attach(broker: Broker, { queue: name, file, deadLetterQueue, settings }: WorkerOptions): void {
  const queue = broker.byName(name);
  if (queue === undefined)
    throw new Error(`The queue ${name} of the Worker ${file} does not exist. Add --queue ${name}.`);
  if (deadLetterQueue !== undefined && broker.byName(deadLetterQueue) === undefined) {
    throw new Error(
      `The dead letter queue ${deadLetterQueue} of ${name} does not exist. Add --queue ${deadLetterQueue}.`,
    );
  }
  const kept = queue.consumer?.type === "worker" ? queue.consumer : undefined;
  const consumer: WorkerConsumer = {
    id: newId(),
    createdAt: broker.clock.now(),
    deadLetterQueue: undefined,
    ...workerDefaults,
    ...kept,
    ...(deadLetterQueue !== undefined && { deadLetterQueue }),
    ...settings,
    type: "worker",
    scriptName: basename(file).replace(/\.[^.]+$/, ""),
  };
  broker.attach(queue, consumer);
}

/** Returns the current settings, which the API can change; another kind of consumer, or none, ends the deliveries. */
function workerBatching({ consumer }: Queue): Batching | undefined {
  if (consumer?.type !== "worker") return undefined;
  const { batchSize, maxWaitTimeMs, maxConcurrency } = consumer;
  return {
    batchSize,
    maxWaitTimeMs,
    maxBytes: Number.POSITIVE_INFINITY,
    maxConcurrency: maxConcurrency ?? defaultConcurrency,
  };
}
