import { readWorkerSettings, workerSettingNames } from "../api/consumer-settings.ts";
import { flagError, type Part, parseScalar, typeMismatch } from "../api/json.ts";
import type { WorkerSettings } from "../broker/types.ts";
import { limits } from "../limits.ts";

/** A Worker that consumes a queue, and the settings of the consumer that are given. */
export interface WorkerOptions {
  readonly queue: string;
  /** The path of its code, in JavaScript or TypeScript. */
  readonly file: string;
  /** The name of the queue for messages that ran out of retries. */
  readonly deadLetterQueue?: string;
  readonly settings?: Partial<WorkerSettings>;
}

/**
 * Parses a Worker from a flag: `orders=./consumer.ts,batch_size=20,dead_letter_queue=dead`.
 *
 * @throws Error that quotes the flag and names the invalid part
 */
export function parseWorker(line: string): WorkerOptions {
  const [, queue, file, rest = ""] = /^([a-z0-9-]+)=([^,]+)(?:,(.*))?$/.exec(line) ?? [];
  if (queue === undefined || file === undefined) {
    throw new Error(`--worker ${line}: write it as QUEUE=FILE, such as orders=./consumer.ts.`);
  }
  const fields = rest === "" ? [] : rest.split(",").map((part) => part.split("=", 2));
  const { dead_letter_queue: deadLetterQueue, ...settings }: Record<string, string | undefined> =
    Object.fromEntries(fields);
  try {
    return {
      queue,
      file,
      ...(deadLetterQueue !== undefined && { deadLetterQueue }),
      settings: readSettings(settings),
    };
  } catch (error) {
    throw flagError(`--worker ${line}`, error);
  }
}

function readSettings(texts: Readonly<Record<string, string | undefined>>): Partial<WorkerSettings> {
  for (const name of Object.keys(texts)) {
    if (workerSettingNames.includes(name)) continue;
    throw typeMismatch(`/${name}`, `is unknown; allowed are dead_letter_queue, ${workerSettingNames.join(", ")}`);
  }
  const values = Object.entries(texts).map(([name, text]) => [name, parseScalar(text ?? "")]);
  const part: Part = { value: Object.fromEntries(values), pointer: "" };
  return readWorkerSettings(part, limits.delaySeconds);
}
