import { type Client, createClient, isLoopback, loadCredentials, resolveBaseUrl } from "../../cloudflare/index.ts";
import { isSeconds } from "../../format.ts";
import { createThrottle, type Throttle } from "../../push/index.ts";
import { SeederError, withConfigErrors } from "../errors.ts";
import type { ProviderHost } from "../host.ts";
import { KnownQueues } from "./known-queues.ts";
import { createQueueReader } from "./queue-reader.ts";

/** State that all pushes of the process share: the API limits apply to the token, not to a segment. */
export interface ApiContext {
  readonly client: Pick<Client, "push">;
  readonly throttle: Throttle;
  readonly queues: KnownQueues;
  /** Maximum milliseconds that a run waits, for example for a rate limit. */
  readonly maxWaitMs: number;
}

/** Creates the API client and what depends on it. @throws SeederError if the API settings are invalid */
export function connect(host: Pick<ProviderHost, "config" | "env" | "setBy" | "clock" | "cancelled">): ApiContext {
  return withConfigErrors(() => {
    const baseUrl = resolveBaseUrl(host);
    // An emulator announces its own limits; for Cloudflare, the documented ones apply until a response announces others.
    const assume = isLoopback(baseUrl.hostname) ? "nothing" : "documented";
    const client = createClient({ credentials: loadCredentials(host), baseUrl, env: host.env });
    const most = maxWaitMs(host);
    const throttle = createThrottle({ clock: host.clock, assume, maxWaitMs: most });
    const reader = createQueueReader({ client, throttle, cancelled: host.cancelled });
    return { client, throttle, queues: new KnownQueues(reader), maxWaitMs: most };
  });
}

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
