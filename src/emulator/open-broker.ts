import { Broker, type BrokerPlan, type QueueSetup } from "./broker/broker.ts";
import { stableQueueId } from "./broker/queue-id.ts";
import { defaultQueueLimits } from "./broker/queue-limits.ts";
import type { Clock } from "./clock.ts";
import { limits } from "./limits.ts";
import type { SqliteStore } from "./sqlite-store.ts";
import type { EmulatorOptions } from "./types.ts";

/**
 * Opens the broker with its saved state and the preconfigured queues.
 *
 * @throws Error if the file cannot store the state, or if the queues conflict with its content
 */
export async function openBroker(
  clock: Clock,
  options: EmulatorOptions,
): Promise<{ broker: Broker; store: SqliteStore | undefined }> {
  const { persist, queues = [] } = options;
  // Loaded on demand, because older versions of Node warn about their SQLite.
  const store = persist === undefined ? undefined : new (await import("./sqlite-store.ts")).SqliteStore(persist);
  try {
    const broker = new Broker(clock, store, toBrokerPlan(options));
    if (store !== undefined) broker.restore(store.load());
    for (const setup of queues) createQueues(broker, setup);
    broker.commit();
    return { broker, store };
  } catch (error) {
    store?.close();
    throw error;
  }
}

function toBrokerPlan({ rateLimit, freePlan = false, queueLimits }: EmulatorOptions): BrokerPlan {
  return {
    limits: {
      ...defaultQueueLimits,
      ...(rateLimit === false && { messagesPerSecond: Number.POSITIVE_INFINITY }),
      ...(freePlan && { dailyOperations: limits.free.dailyOperations }),
      ...queueLimits,
    },
    ...(freePlan && { retentionPeriod: limits.free.retentionSeconds }),
  };
}

/** Creates a preconfigured queue, unless an earlier run saved it. @throws Error if its name or id is in use by another queue */
function createQueues(broker: Broker, setup: QueueSetup): void {
  const kept = broker.byName(setup.name);
  const id = setup.id ?? kept?.id ?? stableQueueId(setup.name);
  if (kept !== undefined && kept.id === id) return;
  if (kept !== undefined || broker.byId(id) !== undefined) {
    throw new Error(`The name ${setup.name} or the id ${id} is already used by another queue. Choose another one.`);
  }
  broker.create({ ...setup, id });
}
