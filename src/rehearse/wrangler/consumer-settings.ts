import type { ConsumerSettings } from "../types.ts";
import { type ConfigTable, toTable, toTables, type WranglerConfig, WranglerConfigError } from "./config.ts";

/** The configured consumer of a queue. */
export interface ConfiguredConsumer {
  /** Name of the queue at Cloudflare, which the consumer sees. */
  readonly queueName: string;
  readonly settings: Partial<ConsumerSettings>;
}

/** Cloudflare's defaults. Source: https://developers.cloudflare.com/queues/configuration/configure-queues/ */
export const defaultSettings: ConsumerSettings = {
  maxBatchSize: 10,
  maxBatchTimeout: 5,
  maxRetries: 3,
  retryDelay: 0,
  deadLetterQueue: undefined,
};

/** Smallest and largest values. Source: https://developers.cloudflare.com/queues/platform/limits/ */
const bounds = {
  max_batch_size: { least: 1, most: 100 },
  max_batch_timeout: { least: 0, most: 60 },
  max_retries: { least: 0, most: 100 },
  retry_delay: { least: 0, most: 86_400 },
} as const;

/**
 * Returns the consumer with the queue's name, or the only consumer, since a stack may use another name for the queue than
 * Cloudflare.
 *
 * @param queue name of the queue in manifests
 * @returns undefined if the configuration has no consumer
 * @throws WranglerConfigError if it has several and none for this queue, or a value that wrangler would reject
 */
export function configuredConsumer(config: WranglerConfig, queue: string): ConfiguredConsumer | undefined {
  const consumers = toTables(toTable(config.values.queues)?.consumers).filter(({ type }) => type !== "http_pull");
  const own = consumers.find((consumer) => consumer.queue === queue);
  const found = own ?? (consumers.length === 1 ? consumers[0] : undefined);
  if (found === undefined) {
    if (consumers.length === 0) return undefined;
    const known = consumers.map((consumer) => String(consumer.queue)).join(", ");
    throw new WranglerConfigError(
      `${config.path} has consumers for ${known}, and none for ${queue}. Specify one: --worker ${queue}=FILE,queue=NAME.`,
    );
  }
  return { queueName: nameOf(found, config), settings: readSettings(found, config) };
}

function nameOf({ queue }: ConfigTable, { path }: WranglerConfig): string {
  if (typeof queue === "string" && queue !== "") return queue;
  throw new WranglerConfigError(`${path}: a consumer under queues.consumers names no queue. Add "queue".`);
}

function readSettings(consumer: ConfigTable, config: WranglerConfig): Partial<ConsumerSettings> {
  const whole = (key: keyof typeof bounds): number | undefined => {
    const value = consumer[key];
    if (value === undefined || value === null) return undefined;
    const { least, most } = bounds[key];
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
    throw new WranglerConfigError(
      `${config.path}: ${key} of the consumer of ${String(consumer.queue)} is not a whole number from ${least} to ${most}. ` +
        "Correct the file.",
    );
  };
  const deadLetterQueue = consumer.dead_letter_queue;
  return dropUndefined({
    maxBatchSize: whole("max_batch_size"),
    maxBatchTimeout: whole("max_batch_timeout"),
    maxRetries: whole("max_retries"),
    retryDelay: whole("retry_delay"),
    deadLetterQueue: typeof deadLetterQueue === "string" ? deadLetterQueue : undefined,
  });
}

function dropUndefined(
  settings: { readonly [Key in keyof ConsumerSettings]: ConsumerSettings[Key] | undefined },
): Partial<ConsumerSettings> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
