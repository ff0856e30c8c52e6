import { isSeconds } from "../../format.ts";
import { SeederError } from "../errors.ts";
import type { ProviderHost } from "../host.ts";

/** Seconds that a run waits for anything, where nothing else is configured. */
const defaultSeconds = 3_600;

/**
 * How long a run waits for anything, in milliseconds: QUEUE_SEEDER_MAX_WAIT or the stack's `queue-seeder:maxWait`, in seconds.
 *
 * @throws Refusal when it is not a number of seconds
 */
export function maxWaitMs({ env, config }: Pick<ProviderHost, "env" | "config">): number {
  const text = (env.QUEUE_SEEDER_MAX_WAIT || config("queue-seeder:maxWait") || String(defaultSeconds)).trim();
  if (isSeconds(text)) return Number(text) * 1_000;
  const name = env.QUEUE_SEEDER_MAX_WAIT ? "QUEUE_SEEDER_MAX_WAIT" : "queue-seeder:maxWait";
  throw new SeederError(
    "CONFIG_INVALID",
    `${name} is not a number of seconds. Write whole seconds, such as ${defaultSeconds}.`,
  );
}
