import type { PullSettings, WorkerSettings } from "../broker/types.ts";
import { limits } from "../limits.ts";
import { type Part, present, readInteger } from "./json.ts";

/** The maximum values of a Worker's settings, from the API's description. */
const bounds = { batchSize: 100, maxWaitTimeMs: 60_000, maxConcurrency: 250 } as const;

export const workerDefaults: WorkerSettings = {
  batchSize: 10,
  maxRetries: limits.maxRetries.default,
  retryDelay: 0,
  maxWaitTimeMs: 5_000,
  maxConcurrency: null,
};

const pullDefaults: PullSettings = {
  batchSize: limits.pullMessages.default,
  maxRetries: limits.maxRetries.default,
  retryDelay: 0,
  visibilityTimeoutMs: limits.visibilityMs.default,
};

/** The names of a Worker's settings. */
export const workerSettingNames = ["batch_size", "max_retries", "retry_delay", "max_wait_time_ms", "max_concurrency"];

/** Reads the settings of a Worker that are given. @throws ApiError 10207 if one is not valid */
export function readWorkerSettings(settings: Part, maxDelaySeconds: number): Partial<WorkerSettings> {
  return {
    ...readCommon(settings, bounds.batchSize, maxDelaySeconds),
    ...present("maxWaitTimeMs", readInteger(settings, "max_wait_time_ms", 0, bounds.maxWaitTimeMs)),
    ...(settings.value.max_concurrency === null
      ? { maxConcurrency: null }
      : present("maxConcurrency", readInteger(settings, "max_concurrency", 1, bounds.maxConcurrency))),
  };
}

/** Reads the settings of a pull consumer, with defaults for the others. @throws ApiError 10207 if one is not valid */
export function readPullSettings(settings: Part, maxDelaySeconds: number): PullSettings {
  const visibility = readInteger(settings, "visibility_timeout_ms", 0, limits.visibilityMs.max);
  return {
    ...pullDefaults,
    ...readCommon(settings, limits.pullMessages.max, maxDelaySeconds),
    ...present("visibilityTimeoutMs", visibility),
  };
}

function readCommon(settings: Part, maxBatchSize: number, maxDelaySeconds: number) {
  return {
    ...present("batchSize", readInteger(settings, "batch_size", 1, maxBatchSize)),
    ...present("maxRetries", readInteger(settings, "max_retries", 0, limits.maxRetries.max)),
    ...present("retryDelay", readInteger(settings, "retry_delay", 0, maxDelaySeconds)),
  };
}
