import { estimateCost, estimateWorkerCost, prices } from "../../../plan/cost.ts";
import { minDurationSeconds } from "../../../push/index.ts";
import type { PushTransport } from "../../../types.ts";
import type { Estimate, ManifestPlan, PushSize, QueuePlan, RemovedManifest } from "./model.ts";

export const emptyPush: PushSize = { messages: 0, bytes: 0, requests: 0, operations: 0 };

export function addSizes(sizes: readonly PushSize[]): PushSize {
  return sizes.reduce(
    (sum, size) => ({
      messages: sum.messages + size.messages,
      bytes: sum.bytes + size.bytes,
      requests: sum.requests + size.requests,
      operations: sum.operations + size.operations,
    }),
    emptyPush,
  );
}

/** Computes the push to each queue in `ids`, which contains every queue that the manifests name. */
export function planQueues(
  manifests: readonly ManifestPlan[],
  ids: ReadonlyMap<string, string | null>,
  transportOf: (queue: string) => PushTransport,
): readonly QueuePlan[] {
  return [...ids].map(([name, id]) => {
    const push = addSizes(manifests.filter(({ queue }) => queue === name).map((manifest) => manifest.push));
    const transport = transportOf(name);
    return { name, id, transport, push, seconds: tenths(minDurationSeconds([{ ...push, transport }])) };
  });
}

export function toTotal(queues: readonly QueuePlan[]): PushSize & Estimate {
  const total = addSizes(queues.map(({ push }) => push));
  const viaWorker = addSizes(queues.flatMap(({ push, transport }) => (transport === "worker" ? [push] : [])));
  const lifeOperations = total.operations * prices.operationsOfLife;
  return {
    ...total,
    seconds: tenths(minDurationSeconds(queues.map(({ push, transport }) => ({ ...push, transport })))),
    lifeOperations,
    usd: Number(estimateCost(lifeOperations).toFixed(8)),
    workerUsd: Number(estimateWorkerCost(viaWorker).toFixed(8)),
  };
}

/** Rounds up to tenths of a second, so that only 0 becomes 0. */
function tenths(seconds: number): number {
  return Math.ceil(seconds * 10) / 10;
}

/** Merges entries with the same name by adding up their numbers. */
export function mergeByName(each: readonly RemovedManifest[]): readonly RemovedManifest[] {
  const sums = new Map<string, RemovedManifest>();
  for (const { name, queue, pushed, inDoubt } of each) {
    const before = sums.get(name) ?? { name, queue, pushed: 0, inDoubt: 0 };
    sums.set(name, { ...before, pushed: before.pushed + pushed, inDoubt: before.inDoubt + inDoubt });
  }
  return [...sums.values()];
}
