import { isSeconds } from "../../format.ts";
import { SeederError } from "../errors.ts";
import type { ProviderHost } from "../host.ts";

/** Default maximum wait, in seconds. */
const defaultSeconds = 3_600;

/**
 * Returns the maximum wait of a run in milliseconds, from QUEUE_SEEDER_MAX_WAIT or the stack's `queue-seeder:maxWait`, both in
 * seconds.
 *
 * @throws SeederError if the value is not a number of seconds
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
