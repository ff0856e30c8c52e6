import type { Metrics } from "../../emulator/broker/types.ts";
import type { HandlerResult } from "../../emulator/consumers/batch-result.ts";
import { bundleWorker } from "../../emulator/consumers/bundle-worker.ts";
import type { WorkerModule } from "../../emulator/consumers/collect-modules.ts";
import { loadMiniflare, type MiniflarePackage } from "../../emulator/consumers/optional-packages.ts";
import type { DeliveredMessage } from "../../emulator/consumers/types.ts";
import { errorMessage, missingHandler } from "../../emulator/consumers/worker.ts";
import { type Consumer, failedResult, type HandlerRun } from "../consumer.ts";
import type { HandlerOutcome } from "../types.ts";
import type { WorkerBindings } from "../wrangler/bindings.ts";
import { ConsoleCapture, createFrameMapper } from "./console-capture.ts";
import { closedGate, dispatcher, wrapperModules } from "./entry.ts";
import { type RuntimeProcess, startRuntime } from "./process.ts";

/** Compatibility date if neither the configuration nor the package has one. */
const fallbackCompatibilityDate = "2026-07-30";
/** Maximum milliseconds to wait for the last lines of a handler, which arrive separately from its result. */
const lastLinesMs = { returned: 2_000, failed: 300 } as const;

export interface WorkerSetup {
  /** Path of the Worker's code, JavaScript or TypeScript. */
  readonly file: string;
  readonly compatibilityDate: string | undefined;
  readonly compatibilityFlags: readonly string[];
  readonly bindings: WorkerBindings;
  /** Whether the Worker has network access. */
  readonly allowNetwork: boolean;
  /** Maximum duration of a handler call, in milliseconds. */
  readonly handlerTimeoutMs: number;
}

/**
 * Starts a consumer Worker in workerd, the production runtime.
 *
 * @throws Error if miniflare is missing, the code does not compile, or the runtime does not start
 */
export async function startWorkerConsumer(setup: WorkerSetup): Promise<Consumer> {
  const miniflarePackage = loadMiniflare("--worker");
  const modules = await bundleWorker(setup.file, { sourceMap: true });
  const consumer = new WorkerConsumer(setup, miniflarePackage, modules);
  await consumer.start();
  return consumer;
}

class WorkerConsumer implements Consumer {
  readonly #setup: WorkerSetup;
  readonly #package: MiniflarePackage;
  readonly #modules: readonly [WorkerModule, ...WorkerModule[]];
  readonly #mapFrame: (frame: string) => string;
  #running: { readonly process: RuntimeProcess; readonly console: ConsoleCapture } | undefined;

  constructor(
    setup: WorkerSetup,
    miniflarePackage: MiniflarePackage,
    modules: readonly [WorkerModule, ...WorkerModule[]],
  ) {
    this.#setup = setup;
    this.#package = miniflarePackage;
    this.#modules = modules;
    this.#mapFrame = createFrameMapper(modules[0].contents);
  }

  /** Starts the runtime unless it is running. */
  async start(): Promise<{ readonly process: RuntimeProcess; readonly console: ConsoleCapture }> {
    if (this.#running !== undefined) return this.#running;
    const console = new ConsoleCapture(this.#mapFrame);
    const options = optionsFor(this.#setup, this.#package, this.#modules, console);
    const process = await startRuntime(this.#package, options).catch((error: Error) => {
      throw new Error(`The Worker ${this.#setup.file} does not start: ${errorMessage(error)}`, { cause: error });
    });
    this.#running = { process, console };
    return this.#running;
  }

  async deliver(queue: string, batch: readonly DeliveredMessage[], metrics: Metrics): Promise<HandlerRun> {
    const { process, console } = await this.start();
    const call = console.begin();
    const answer = process.miniflare
      .dispatchFetch("http://rehearsal/", { method: "POST", body: requestText(queue, batch, metrics) })
      .then(readResult, () => undefined);
    const timedOut = after(this.#setup.handlerTimeoutMs);
    const first = await Promise.race([
      answer.then((result) => ({ kind: "answered" as const, result })),
      process.ended.then(() => ({ kind: "crashed" as const, result: undefined })),
      timedOut.done.then(() => ({ kind: "timed_out" as const, result: undefined })),
    ]);
    timedOut.clear();
    const { result } = first;
    if (result !== undefined) {
      const lines = after(result.outcome === "ok" ? lastLinesMs.returned : lastLinesMs.failed);
      await Promise.race([console.closed(call), lines.done]);
      lines.clear();
    }
    const { lines, omittedLines, end } = console.finish(call);
    // A runtime that is busy or gone cannot be used for the next batch.
    if (result === undefined) await this.close();
    const outcome = outcomeOf(result, first.kind, end !== undefined);
    return { result: result ?? failedResult, outcome, exception: end?.exception, console: lines, omittedLines };
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.process.close();
  }
}

function outcomeOf(
  result: HandlerResult | undefined,
  kind: "answered" | "crashed" | "timed_out",
  cameToItsEnd: boolean,
): HandlerOutcome {
  if (result === undefined) return kind === "timed_out" ? "timed_out" : "crashed";
  if (result.outcome === "ok") return "ok";
  return cameToItsEnd ? "exception" : "aborted";
}

function optionsFor(
  { file, compatibilityDate, compatibilityFlags, bindings, allowNetwork }: WorkerSetup,
  { supportedCompatibilityDate = fallbackCompatibilityDate }: MiniflarePackage,
  modules: readonly [WorkerModule, ...WorkerModule[]],
  console: ConsoleCapture,
): object {
  const own = (name: string, contents: string, more: object = {}) => ({
    name,
    compatibilityDate: supportedCompatibilityDate,
    modulesRoot: "/",
    modules: [{ type: "ESModule", path: `/${name}.js`, contents }],
    ...more,
  });
  return {
    host: "127.0.0.1",
    port: 0,
    // By default, miniflare requests data about its location from the internet.
    cf: false,
    handleStructuredLogs: console.take,
    workers: [
      own("dispatcher", dispatcher, {
        compatibilityFlags: ["service_binding_extra_handlers"],
        serviceBindings: { CONSUMER: "consumer" },
      }),
      ...(allowNetwork ? [] : [own("gate", closedGate)]),
      {
        name: "consumer",
        compatibilityDate: compatibilityDate ?? supportedCompatibilityDate,
        compatibilityFlags: withLocalStorage(compatibilityFlags),
        modulesRoot: "/",
        modules: [...wrapperModules(modules[0].path, missingHandler(file)), ...modules],
        ...bindings,
        ...(!allowNetwork && { outboundService: "gate" }),
      },
    ],
  };
}

/** The wrapper needs `AsyncLocalStorage`, which Node compatibility includes; this flag enables only that. */
function withLocalStorage(flags: readonly string[]): readonly string[] {
  return flags.some((flag) => flag === "nodejs_compat" || flag === "nodejs_als") ? flags : [...flags, "nodejs_als"];
}

function requestText(queue: string, batch: readonly DeliveredMessage[], metrics: Metrics): string {
  const messages = batch.map(({ id, message, attempts }) => ({
    id,
    timestamp: message.arrivedAt,
    attempts,
    body: message.contentType === "json" ? JSON.parse(message.text) : message.text,
  }));
  const { backlogCount, backlogBytes, oldestArrivedAt } = metrics;
  const oldest = oldestArrivedAt > 0 ? { oldestMessageTimestamp: oldestArrivedAt } : {};
  return JSON.stringify({ queue, messages, metadata: { metrics: { backlogCount, backlogBytes, ...oldest } } });
}

/** Returns the result of the handler, undefined if the runtime responded with an error of its own. */
async function readResult(answer: {
  readonly ok: boolean;
  text(): Promise<string>;
}): Promise<HandlerResult | undefined> {
  const text = await answer.text();
  return answer.ok ? (JSON.parse(text) as HandlerResult) : undefined;
}

function after(ms: number): { readonly done: Promise<void>; clear(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return { done: promise, clear: () => clearTimeout(timer) };
}
