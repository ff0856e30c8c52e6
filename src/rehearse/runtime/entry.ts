import type { WorkerModule } from "../../emulator/consumers/collect-modules.ts";

/** Separates the consumer's output from the wrapper's marks. Normal console output does not contain this character. */
export const mark = "\u0001";

/**
 * Returns modules that wrap the Worker's modules, the new entry first. They mark each console line with its delivery, and report
 * how the handler ended. The marks are added inside the Worker, where `AsyncLocalStorage` identifies the call, even in
 * `ctx.waitUntil` after the handler has returned.
 *
 * @param path path of the Worker's first module
 * @param missing error message for a module without a queue handler
 */
export function wrapperModules(path: string, missing: string): readonly WorkerModule[] {
  return [
    { type: "ESModule", path: "/queue-seeder-entry.js", contents: entry(path, missing) },
    { type: "ESModule", path: "/queue-seeder-console.js", contents: consoleModule },
  ];
}

/** Evaluated before the Worker's own modules, which therefore use the replaced console methods. */
const consoleModule = `
import { AsyncLocalStorage } from "node:async_hooks";
export const delivery = new AsyncLocalStorage();
const mark = ${JSON.stringify(mark)};
for (const level of ["debug", "error", "info", "log", "warn"]) {
  const print = console[level].bind(console);
  console[level] = (...all) => print(...all, mark + (delivery.getStore() ?? "") + mark);
}
const print = console.debug;
export function report(end) {
  print(mark + "end" + mark + JSON.stringify(end));
}
`;

function entry(path: string, missing: string): string {
  return `
import { delivery, report } from "/queue-seeder-console.js";
import * as module from ${JSON.stringify(path)};
export * from ${JSON.stringify(path)};
const worker = module.default;
const isClass = typeof worker === "function";
if (typeof (isClass ? worker.prototype : worker)?.queue !== "function") throw new Error(${JSON.stringify(missing)});
let calls = 0;
function run(handle) {
  calls += 1;
  const call = calls;
  return delivery.run(String(call), async () => {
    try {
      const result = await handle();
      report({ call });
      return result;
    } catch (error) {
      const { name, message, stack } = error instanceof Error ? error : { name: typeof error, message: String(error) };
      report({ call, exception: { name: String(name), message: String(message), stack: String(stack ?? "") } });
      throw error;
    }
  });
}
export default isClass
  ? class extends worker {
      queue(...all) { return run(() => super.queue(...all)); }
    }
  : { ...worker, queue: (...all) => run(() => worker.queue(...all)) };
`;
}

/** A Worker that calls the consumer: converts a request to a call of the queue handler, and responds with the result. */
export const dispatcher = `
export default {
  async fetch(request, { CONSUMER }) {
    const { queue, messages, metadata } = await request.json();
    const given = messages.map(({ timestamp, ...rest }) => ({ ...rest, timestamp: new Date(timestamp) }));
    const { oldestMessageTimestamp: oldest, ...metrics } = metadata.metrics;
    const withDate = { ...metrics, ...(oldest !== undefined && { oldestMessageTimestamp: new Date(oldest) }) };
    return Response.json(await CONSUMER.queue(queue, given, { metrics: withDate }));
  },
};
`;

/**
 * A Worker that replaces the network of a Worker without network access. It has no `connect` handler, so sockets cannot be opened
 * either.
 */
export const closedGate = `
export default {
  fetch({ method, url }) {
    throw new Error("the rehearsal has no network access, and refused " + method + " " + url + "; --allow-network permits it");
  },
};
`;
