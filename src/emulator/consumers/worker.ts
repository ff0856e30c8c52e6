import type { Metrics } from "../broker/types.ts";
import { bundleWorker } from "./bundle.ts";
import type { WorkerModule } from "./modules.ts";
import { type HandlerResult, verdictOf } from "./outcome.ts";
import { loadMiniflare, type MiniflareInstance, startMiniflare } from "./peers.ts";
import type { Print, Receiver } from "./types.ts";

/** Behaviour of the runtime where the package names none, as version 5 does. */
const fallbackCompatibilityDate = "2026-07-30";

export interface WorkerSetup {
  readonly queue: string;
  /** Its code: JavaScript or TypeScript. */
  readonly file: string;
}

/**
 * A Worker in workerd, the runtime of production, by way of miniflare.
 *
 * @throws Error when miniflare is missing, the code does not compile, or it does not start
 */
export async function startWorker({ queue, file }: WorkerSetup, print: Print): Promise<Receiver> {
  const miniflarePackage = loadMiniflare("--worker");
  const modules = await bundleWorker(file);
  const options = {
    name: queue,
    host: "127.0.0.1",
    port: 0,
    // Otherwise it asks the internet about the place that it runs in.
    cf: false,
    compatibilityDate: miniflarePackage.supportedCompatibilityDate ?? fallbackCompatibilityDate,
    compatibilityFlags: ["nodejs_compat"],
    modulesRoot: "/",
    modules: [entryFor(modules[0].path, file), ...modules],
    handleStructuredLogs: ({ level, message }: { level: string; message: string }) => {
      print({ queue, level, text: message });
    },
  };
  const miniflare = await startMiniflare(miniflarePackage, options).catch((error: Error) => {
    throw new Error(`The Worker ${file} does not start: ${reasonOf(error)}`, { cause: error });
  });
  return receiver(miniflare, await miniflare.getWorker());
}

function receiver(miniflare: MiniflareInstance, worker: Awaited<ReturnType<MiniflareInstance["getWorker"]>>): Receiver {
  return {
    done: "acknowledged",
    ready: () => true,
    deliver: async (queue, batch, metrics) => {
      const messages = batch.map(({ id, message, attempts }) => ({
        id,
        timestamp: new Date(message.arrivedAt),
        attempts,
        body: message.contentType === "json" ? JSON.parse(message.text) : message.text,
      }));
      const result = (await worker.queue(queue, messages, { metrics: metricsOf(metrics) })) as HandlerResult;
      return verdictOf(
        result,
        batch.map(({ id }) => id),
      );
    },
    close: () => miniflare.dispose(),
  };
}

function metricsOf({ backlogCount, backlogBytes, oldestArrivedAt }: Metrics): object {
  return {
    backlogCount,
    backlogBytes,
    ...(oldestArrivedAt > 0 && { oldestMessageTimestamp: new Date(oldestArrivedAt) }),
  };
}

/** Around the Worker's own module: the runtime itself keeps silent about what a queue handler throws. */
function entryFor(path: string, file: string): WorkerModule {
  const missing = `${file} has no queue handler: write export default { async queue(batch, env, ctx) { … } }.`;
  const contents = `
import * as module from ${JSON.stringify(path)};
const worker = module.default;
const isClass = typeof worker === "function";
if (typeof (isClass ? worker.prototype : worker)?.queue !== "function") throw new Error(${JSON.stringify(missing)});
async function run(handle) {
  try {
    return await handle();
  } catch (error) {
    console.error(error);
    throw error;
  }
}
export default isClass
  ? class extends worker {
      queue(...all) { return run(() => super.queue(...all)); }
    }
  : { queue: (...all) => run(() => worker.queue(...all)) };
`;
  return { type: "ESModule", path: "/queue-seeder-entry.js", contents };
}

/** The runtime's own words, out of the log that it ends with. */
function reasonOf(error: Error): string {
  const said = [...error.message.matchAll(/"message":("(?:[^"\\]|\\.)*")/g)].map(([, json = '""']) =>
    String(JSON.parse(json)),
  );
  const words = said.length > 0 ? said.join("\n") : error.message;
  return words.replace(/^service core:user:\S+: /gm, "");
}
