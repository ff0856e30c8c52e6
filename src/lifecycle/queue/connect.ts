import {
  type Client,
  ConfigError,
  createClient,
  isLoopback,
  loadCredentials,
  resolveBaseUrl,
} from "../../cloudflare/index.ts";
import { createStoppedQueues, createThrottle, type StoppedQueues, type Throttle } from "../../push/index.ts";
import { SeederError } from "../errors.ts";
import type { ProviderHost } from "../host.ts";
import { maxWaitMs } from "./max-wait.ts";
import { Preflight } from "./preflight.ts";
import { createQueueReader, type QueueReader } from "./queue-reader.ts";
import { RequirementChecker } from "./requirements.ts";

/** State that all pushes of the process share: the API limits apply to the token, not to a segment. */
export interface ApiContext {
  readonly client: Pick<Client, "push">;
  readonly queueReader: QueueReader;
  readonly throttle: Throttle;
  readonly stoppedQueues: StoppedQueues;
  /** Maximum milliseconds that a run waits, for example for a rate limit. */
  readonly maxWaitMs: number;
  readonly preflight: Preflight;
  readonly requirements: RequirementChecker;
}

/** Creates the API client and what depends on it. @throws SeederError if the API settings are invalid */
export function connect(host: Pick<ProviderHost, "config" | "env" | "setBy" | "clock" | "cancelled">): ApiContext {
  try {
    const baseUrl = resolveBaseUrl(host);
    // An emulator announces its own limits; for Cloudflare, the documented ones apply until a response announces others.
    const assume = isLoopback(baseUrl.hostname) ? "nothing" : "documented";
    const client = createClient({ credentials: loadCredentials(host), baseUrl, env: host.env });
    const most = maxWaitMs(host);
    const throttle = createThrottle({ clock: host.clock, assume, maxWaitMs: most });
    const queueReader = createQueueReader({ client, pace: throttle, cancelled: host.cancelled });
    return {
      client,
      throttle,
      queueReader,
      stoppedQueues: createStoppedQueues(),
      maxWaitMs: most,
      preflight: new Preflight(queueReader),
      requirements: new RequirementChecker(),
    };
  } catch (error) {
    if (error instanceof ConfigError) throw new SeederError(error.code, `${error.message}.`);
    throw error;
  }
}
