import type { Metrics } from "../broker/types.ts";
import { type HandlerResult, toBatchResult } from "./batch-result.ts";
import { bundleWorker } from "./bundle-worker.ts";
import type { WorkerModule } from "./collect-modules.ts";
import { loadMiniflare, type MiniflareInstance, startMiniflare } from "./optional-packages.ts";
import type { Print, Receiver } from "./types.ts";

/** The compatibility date if the package provides none, as in version 5. */
const fallbackCompatibilityDate = "2026-07-30";

export interface WorkerSetup {
  readonly queue: string;
  /** The path of its code, in JavaScript or TypeScript. */
  readonly file: string;
}

/**
 * Starts a Worker in workerd, the production runtime, with miniflare.
 *
 * @throws Error if miniflare is missing, the code does not compile, or the Worker does not start
 */
export async function startWorker({ queue, file }: WorkerSetup, print: Print): Promise<Receiver> {
  const miniflarePackage = loadMiniflare("--worker");
  const modules = await bundleWorker(file);
  const options = {
    name: queue,
    host: "127.0.0.1",
    port: 0,
    // Otherwise miniflare requests data about its location from the internet.
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
    throw new Error(`The Worker ${file} does not start: ${errorMessage(error)}`, { cause: error });
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
      const result = (await worker.queue(queue, messages, { metrics: toMetrics(metrics) })) as HandlerResult;
      return toBatchResult(
        result,
        batch.map(({ id }) => id),
      );
    },
    close: () => miniflare.dispose(),
  };
}

function toMetrics({ backlogCount, backlogBytes, oldestArrivedAt }: Metrics): object {
  return {
    backlogCount,
    backlogBytes,
    ...(oldestArrivedAt > 0 && { oldestMessageTimestamp: new Date(oldestArrivedAt) }),
  };
}

/** Wraps the Worker's module to report errors of its queue handler, which the runtime does not. */
function entryFor(path: string, file: string): WorkerModule {
  const missing = missingHandler(file);
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

/** The error for a Worker's module without a queue handler. */
export function missingHandler(file: string): string {
  return `${file} has no queue handler: write export default { async queue(batch, env, ctx) { … } }.`;
}

/** Extracts the runtime's error messages from the log that it prints on failure. */
export function errorMessage(error: Error): string {
  const messages = [...error.message.matchAll(/"message":("(?:[^"\\]|\\.)*")/g)].map(([, json = '""']) =>
    String(JSON.parse(json)),
  );
  const words = messages.length > 0 ? messages.join("\n") : error.message;
  return words.replace(/^service core:user:\S+: /gm, "");
}
