import { relative, resolve } from "node:path";
import { parseWorker } from "../../emulator/consumers/worker-option.ts";
import type { WorkerQueue, WranglerDevQueue } from "../../rehearse/rehearse.ts";
import { startWorkerConsumer } from "../../rehearse/runtime/worker-consumer.ts";
import type { ConsumerSettings } from "../../rehearse/types.ts";
import { localBindings } from "../../rehearse/wrangler/bindings.ts";
import {
  findWranglerConfig,
  isConfigName,
  readWranglerConfig,
  type WranglerConfig,
  WranglerConfigError,
} from "../../rehearse/wrangler/config.ts";
import { configuredConsumer, defaultSettings } from "../../rehearse/wrangler/consumer-settings.ts";
import { UsageError } from "../../usage-error.ts";
import type { RehearseFlags } from "./flags.ts";

/** The consumer of a queue, with everything that is needed to start it. */
export interface WorkerPlan extends Omit<WorkerQueue, "messages"> {
  /** Values of the Worker's own secrets, which are redacted in reports. */
  readonly secrets: readonly string[];
}

/**
 * Resolves the value of `--worker` to code, wrangler configuration and settings.
 *
 * @throws UsageError if the value or the configuration is invalid
 */
export function planWorker(root: string, line: string, flags: RehearseFlags): WorkerPlan {
  try {
    return plan(root, line, flags);
  } catch (error) {
    if (error instanceof WranglerConfigError) throw new UsageError(error.message);
    throw error;
  }
}

function plan(root: string, line: string, flags: RehearseFlags): WorkerPlan {
  const { queue, file, queueName, settings: flagged } = parseLine(line);
  const config = findConfig(root, file, flags);
  const consumer = config && configuredConsumer(config, queueName ?? queue);
  const settings = { ...defaultSettings, ...consumer?.settings, ...flagged };
  const local = config === undefined ? undefined : localBindings(config);
  const code = config === undefined ? resolve(root, file) : resolveCode(root, file, config);
  const shown = relative(root, code);
  return {
    kind: "worker",
    queue,
    queueName: queueName ?? consumer?.queueName ?? queue,
    settings,
    consumer: shown,
    config: config && relative(root, config.path),
    notes: [
      ...(config === undefined ? ["no wrangler configuration was found: the settings are Cloudflare's defaults"] : []),
      ...(config !== undefined && consumer === undefined
        ? ["the wrangler configuration names no consumer: the settings are Cloudflare's defaults"]
        : []),
      ...(local === undefined || local.unsupported.length === 0
        ? []
        : [`the Worker does not get these bindings here: ${local.unsupported.join(", ")}`]),
    ],
    secrets: local?.secrets ?? [],
    start: () =>
      startWorkerConsumer({
        file: shown,
        compatibilityDate: textOf(config?.values.compatibility_date),
        compatibilityFlags: flagsOf(config),
        bindings: local?.bindings ?? {},
        allowNetwork: flags.allowNetwork === true,
        handlerTimeoutMs: flags.handlerTimeout * 1000,
      }),
  };
}

interface WorkerLine {
  readonly queue: string;
  readonly file: string;
  /** The queue's name at Cloudflare, if the flag contains it. */
  readonly queueName: string | undefined;
  readonly settings: Partial<ConsumerSettings>;
}

/** Pairs of a setting's name in wrangler and in the emulator. */
const settingNames = [
  ["max_batch_size", "batch_size"],
  ["max_batch_timeout", "max_wait_time_ms"],
] as const;

/** Parses `--worker` in the syntax of `emulate`, extended by wrangler's names of settings and `queue=NAME`. @throws UsageError */
function parseLine(line: string): WorkerLine {
  const [head = "", ...fields] = line.split(",");
  let queueName: string | undefined;
  const known: string[] = [];
  for (const field of fields) {
    const [name = "", value = ""] = field.split("=", 2);
    if (name === "queue") queueName = value;
    else if (name === "max_batch_timeout") known.push(`max_wait_time_ms=${Number(value) * 1000}`);
    else known.push(`${settingNames.find(([theirs]) => theirs === name)?.[1] ?? name}=${value}`);
  }
  try {
    const { queue, file, deadLetterQueue, settings = {} } = parseWorker([head, ...known].join(","));
    const { batchSize, maxWaitTimeMs, maxRetries, retryDelay } = settings;
    return {
      queue,
      file,
      queueName,
      settings: {
        ...(batchSize !== undefined && { maxBatchSize: batchSize }),
        ...(maxWaitTimeMs !== undefined && { maxBatchTimeout: maxWaitTimeMs / 1000 }),
        ...(maxRetries !== undefined && { maxRetries }),
        ...(retryDelay !== undefined && { retryDelay }),
        ...(deadLetterQueue !== undefined && { deadLetterQueue }),
      },
    };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function findConfig(root: string, file: string, flags: RehearseFlags): WranglerConfig | undefined {
  const path = isConfigName(file)
    ? resolve(root, file)
    : flags.config === undefined
      ? findWranglerConfig(resolve(root, file), root)
      : resolve(root, flags.config);
  if (path !== undefined) return readWranglerConfig(path, flags.env);
  if (flags.env === undefined) return undefined;
  throw new UsageError(
    `--env ${flags.env}: there is no wrangler configuration next to ${file}. Name it with --config.`,
  );
}

/** Returns the absolute path of the Worker's code: the given file, or `main` if the given file is a configuration. */
function resolveCode(root: string, file: string, { path, values }: WranglerConfig): string {
  if (!isConfigName(file)) return resolve(root, file);
  if (typeof values.main === "string") return resolve(path, "..", values.main);
  throw new UsageError(`${file} does not name the Worker's code. Add "main", or name the file with --worker.`);
}

/** Returns the compatibility flags; without a configuration `nodejs_compat`, as `npm create cloudflare` sets it. */
function flagsOf(config: WranglerConfig | undefined): readonly string[] {
  const flags = config === undefined ? ["nodejs_compat"] : config.values.compatibility_flags;
  return Array.isArray(flags) ? flags.map(String) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Parses `--wrangler-dev`: `QUEUE`, or `QUEUE=NAME` if wrangler uses another name for the queue. */
export function planWranglerDev(line: string): Omit<WranglerDevQueue, "messages"> & { readonly secrets: readonly [] } {
  const [queue = "", queueName = queue] = line.split("=", 2);
  return {
    kind: "wrangler_dev",
    queue,
    queueName,
    consumer: "wrangler dev",
    config: undefined,
    notes: ["wrangler dev does not report the outcome of messages: see its own output"],
    secrets: [],
  };
}
