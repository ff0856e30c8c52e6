import type { WorkerModule } from "../../emulator/consumers/collect-modules.ts";

/** Separates what the consumer printed from what the wrapper adds to it. No console prints it by itself. */
export const mark = "\u0001";

/**
 * Modules around the Worker's own, the first of which is its new entry. They mark each line of the console with the delivery that
 * it belongs to, and report how the handler ended. The marks are made in the Worker, where `AsyncLocalStorage` knows on whose behalf
 * code runs: also in `ctx.waitUntil`, after the handler returned.
 *
 * @param path of the Worker's first module
 * @param missing the error for a module without a queue handler
 */
export function wrapperModules(path: string, missing: string): readonly WorkerModule[] {
  return [
    { type: "ESModule", path: "/queue-seeder-entry.js", contents: entry(path, missing) },
    { type: "ESModule", path: "/queue-seeder-console.js", contents: consoleModule },
  ];
}

/** Evaluated before the Worker's own modules, which see the console that it leaves. */
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

/** Calls the consumer from outside: a request becomes a call of its queue handler, and the answer says how that ended. */
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

/** What a Worker without a network calls instead of it. It has no `connect` handler, so that no socket opens either. */
export const closedGate = `
export default {
  fetch({ method, url }) {
    throw new Error("the rehearsal keeps the network off, and refused " + method + " " + url + "; --allow-network lets it through");
  },
};
`;
