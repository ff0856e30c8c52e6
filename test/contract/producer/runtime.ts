import { createRequire } from "node:module";
import { join } from "node:path";
import {
  type Emulator,
  type EmulatorOptions,
  type ProducerOptions,
  startEmulator,
} from "../../../src/emulator/index.ts";
import { pair, WorkerCaller } from "../../producer/support/requests.ts";
import { npmPackages } from "../cache.ts";
import { wranglerVersion } from "../wrangler.ts";

/** The packages with the two versions of workerd that the tests run the Worker in: one of July 2026, one of November 2026. */
const packages = { miniflare: "miniflare@4.20260730.0", wrangler: `wrangler@${wranglerVersion}` } as const;
export type Runtime = keyof typeof packages;
export const runtimes = Object.keys(packages) as Runtime[];

/** Installs the package, and returns the path of its workerd. */
export async function workerdOf(runtime: Runtime): Promise<string> {
  const folder = await npmPackages(runtime, packages[runtime]);
  return createRequire(join(folder, "node_modules/miniflare/package.json"))("workerd").default;
}

/** An emulator with the producer Worker, and its caller. */
export interface Running extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly base: URL;
  readonly caller: WorkerCaller;
  /** Kills the runtime as `kill -9` does, and starts it again. */
  restart(): Promise<void>;
  /** Returns the numbers in the bodies of the queue's messages, in order of arrival. */
  arrived(queue?: string): number[];
}

/** Starts the Worker with the queues orders and mails. Requests and messages have no limit, unless `options` say otherwise. */
export async function startRunning(
  runtime: Runtime,
  producer: Partial<ProducerOptions> = {},
  options: EmulatorOptions = {},
): Promise<Running> {
  const emulator = await startEmulator({
    queues: [{ name: "orders" }, { name: "mails" }],
    rateLimit: false,
    producer: { publicKey: pair.publicKey, binary: await workerdOf(runtime), ...producer },
    ...options,
  });
  const worker = emulator.producer;
  if (worker === undefined) throw new Error("The emulator runs no Worker.");
  const base = new URL(worker.url);
  return {
    emulator,
    base,
    caller: new WorkerCaller(base),
    restart: () => worker.restart(),
    arrived: (queue = "orders") => emulator.messages(queue).map(({ body }) => (body as { n: number }).n),
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}
