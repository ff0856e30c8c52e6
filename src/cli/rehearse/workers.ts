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

/** A queue's consumer, ready to be started. */
export interface WorkerPlan extends Omit<WorkerQueue, "messages"> {
  /** Values of the Worker's own secrets, which no report may show. */
  readonly secrets: readonly string[];
}

/**
 * Puts together what a `--worker` names: its code, its configuration, its settings.
 *
 * @throws UsageError
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
  const config = configFor(root, file, flags);
  const consumer = config && configuredConsumer(config, queueName ?? queue);
  const settings = { ...defaultSettings, ...consumer?.settings, ...flagged };
  const local = config === undefined ? undefined : localBindings(config);
  const code = config === undefined ? resolve(root, file) : codeOf(root, file, config);
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
  /** At Cloudflare, as far as it is named. */
  readonly queueName: string | undefined;
  readonly settings: Partial<ConsumerSettings>;
}

/** wrangler's names of settings, and those that the emulator has for them. */
const settingNames = [
  ["max_batch_size", "batch_size"],
  ["max_batch_timeout", "max_wait_time_ms"],
] as const;

/** As `emulate` takes it, with wrangler's names of the settings too, and `queue=NAME`. */
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

function configFor(root: string, file: string, flags: RehearseFlags): WranglerConfig | undefined {
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

/** The code that a configuration names, if the flag names the configuration. */
function codeOf(root: string, file: string, { path, values }: WranglerConfig): string {
  if (!isConfigName(file)) return resolve(root, file);
  if (typeof values.main === "string") return resolve(path, "..", values.main);
  throw new UsageError(`${file} names no code of the Worker. Add "main", or name the code with --worker.`);
}

/** Without a configuration, Node's modules are there as `npm create cloudflare` sets them up. */
function flagsOf(config: WranglerConfig | undefined): readonly string[] {
  const flags = config === undefined ? ["nodejs_compat"] : config.values.compatibility_flags;
  return Array.isArray(flags) ? flags.map(String) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** What `--wrangler-dev` names: `QUEUE`, or `QUEUE=NAME` if wrangler has another name for it. */
export function planWranglerDev(line: string): Omit<WranglerDevQueue, "messages"> & { readonly secrets: readonly [] } {
  const [queue = "", queueName = queue] = line.split("=", 2);
  return {
    kind: "wrangler_dev",
    queue,
    queueName,
    consumer: "wrangler dev",
    config: undefined,
    notes: ["wrangler dev does not report what becomes of messages: look at what it prints"],
    secrets: [],
  };
}
