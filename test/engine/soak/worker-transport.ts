import { fileURLToPath } from "node:url";
import type { Emulator, FaultEffect, FaultMatch, ProducerOptions } from "../../../src/emulator/index.ts";
import { deriveKeyPair } from "../../../src/producer/signing.ts";
import { workerdOf } from "../../contract/producer/runtime.ts";
import { refusals } from "../../producer/support/refusals.ts";
import type { FaultType } from "./fault-types.ts";
import type { Random } from "./random.ts";

/**
 * How the messages of a soak are pushed, and where faults strike.
 *
 * - `rest`: through the REST API.
 * - `worker`: through the producer Worker; faults strike before it, behind it, and its runtime.
 * - `worker, cut`: through the producer Worker, whose connections to the client are cut, while its runtime and the answers of the queue
 *   to it are left alone. Then nothing may be in doubt.
 */
export type SoakTransport = "rest" | "worker" | "worker, cut";

export const workerKey = Buffer.alloc(32, 7).toString("base64");

/** The Worker, wrapped so that its objects can be reset. */
const files = ["../../contract/producer/reset-worker.js", "../../../src/producer/worker.js"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** Returns the options of an emulator's Worker. */
export async function workerOptions(accountId: string): Promise<ProducerOptions> {
  const { publicKey } = deriveKeyPair(workerKey, accountId, "queue-seeder");
  return { publicKey, binary: await workerdOf("wrangler"), files };
}

const pushes: FaultMatch = { method: "POST" };
const toWorker: FaultMatch = { route: "producer", method: "POST" };
const toQueue: FaultMatch = { route: "binding", method: "POST" };

/** Returns the requests that a fault strikes. */
export function siteOf(fault: FaultType, transport: SoakTransport, random: Random): FaultMatch {
  if (transport === "rest") return pushes;
  if (fault.kind === "runtime") return toQueue;
  if (fault.kind !== "fault") return toWorker;
  const isInside = transport === "worker" && random.int(2) === 0;
  return isRefusal(fault.effect) || (isInside && isOfQueue(fault.effect)) ? toQueue : toWorker;
}

/** Whether the effect is an error code with which a queue refuses a batch. */
function isRefusal(effect: FaultEffect): boolean {
  return effect.kind === "error" && refusals.includes(effect.code);
}

/** Whether a queue can answer a Worker in this way. */
function isOfQueue(effect: FaultEffect): boolean {
  return effect.kind !== "error" || effect.code > 10_100;
}

/** Resets the objects of all ledgers that were asked so far. */
export async function resetObjects({ requests, producer }: Emulator): Promise<void> {
  const names = requests.flatMap(({ path }) => /^\/v1\/(?:push|ask)\/(.+)$/.exec(path)?.[1] ?? []);
  await Promise.all(
    // The Worker may have been killed meanwhile.
    [...new Set(names)].map((name) => fetch(new URL(`/reset/${name}`, producer?.url)).catch(() => undefined)),
  );
}
