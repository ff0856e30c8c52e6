import { connectToWrangler } from "../emulator/consumers/wrangler-dev.ts";
import type { Consumer } from "./consumer.ts";
import { type QueueProgress, QueueRun, type QueueRunSetup } from "./queue-run.ts";
import type { ConsumerSettings, QueueReport, Rehearsal, RehearsedMessage } from "./types.ts";
import { WranglerDevRun } from "./wrangler-dev-run.ts";

interface QueueSetupBase {
  /** Name of the queue in manifests. */
  readonly queue: string;
  /** Name of the queue as the consumer sees it. */
  readonly queueName: string;
  /** See {@link QueueReport}. */
  readonly consumer: string;
  readonly config: string | undefined;
  readonly notes: readonly string[];
  /** Messages in the order of their push, in blocks. */
  readonly messages: AsyncIterable<readonly RehearsedMessage[]>;
}

/** A queue whose consumer the rehearsal starts itself. */
export interface WorkerQueue extends QueueSetupBase {
  readonly kind: "worker";
  readonly settings: ConsumerSettings;
  /** @throws Error if the consumer does not start */
  start(): Promise<Consumer>;
}

/** A queue whose consumer runs under `wrangler dev`, in another process. */
export interface WranglerDevQueue extends QueueSetupBase {
  readonly kind: "wrangler_dev";
}

export type QueueSetup = WorkerQueue | WranglerDevQueue;

export interface RehearsalSetup {
  readonly queues: readonly QueueSetup[];
  readonly withoutConsumer: Rehearsal["withoutConsumer"];
  /** Ends the rehearsal immediately; results so far are reported. */
  readonly interrupted: AbortSignal;
  /** Ends the rehearsal as well, when its time limit is reached. */
  readonly timedOut: AbortSignal;
  readonly onProgress?: (progress: RehearsalProgress) => void;
}

export interface RehearsalProgress extends QueueProgress {
  readonly queue: string;
}

/**
 * Passes messages to their consumers, one queue after the other, and reports the results.
 *
 * @throws errors of the message source, and Error if a consumer does not start
 */
export async function rehearse(setup: RehearsalSetup): Promise<Rehearsal> {
  const { interrupted, timedOut, withoutConsumer, onProgress } = setup;
  const signal = AbortSignal.any([interrupted, timedOut]);
  const queues: QueueReport[] = [];
  for (const each of setup.queues) {
    const { queue, consumer, config, notes } = each;
    const shared = {
      name: each.queueName,
      messages: each.messages,
      signal,
      ...(onProgress && { onProgress: (progress: QueueProgress) => onProgress({ queue, ...progress }) }),
    };
    const settings = each.kind === "worker" ? each.settings : undefined;
    const seen = each.kind === "worker" ? await runWorker(each, shared) : await runWranglerDev(shared);
    queues.push({ queue, consumer, config, settings, notes, ...seen });
  }
  const ended = interrupted.aborted ? "interrupted" : timedOut.aborted ? "timed_out" : "finished";
  return { queues, withoutConsumer, ended };
}

type Shared = Omit<QueueRunSetup, "settings" | "consumer">;
type RunTraces = Pick<QueueReport, "messages" | "batches">;

async function runWorker({ settings, start }: WorkerQueue, shared: Shared): Promise<RunTraces> {
  const consumer = await start();
  const run = new QueueRun({ ...shared, settings, consumer });
  try {
    await run.run();
  } finally {
    await consumer.close();
  }
  return run.report();
}

async function runWranglerDev(shared: Shared): Promise<RunTraces> {
  const receiver = await connectToWrangler(
    shared.name,
    () => {},
    () => {},
  );
  const run = new WranglerDevRun(shared);
  try {
    await run.run(receiver);
  } finally {
    await receiver.close();
  }
  return run.report();
}
