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

/** What every delivery of the process shares: the API's limits are the token's, not a segment's. */
export interface ApiContext {
  readonly client: Pick<Client, "push">;
  readonly queueReader: QueueReader;
  readonly throttle: Throttle;
  readonly stoppedQueues: StoppedQueues;
  /** How long a run waits for anything. */
  readonly maxWaitMs: number;
  readonly preflight: Preflight;
  readonly requirements: RequirementChecker;
}

/** @throws Refusal when the settings of the API are not usable */
export function connect(host: Pick<ProviderHost, "config" | "env" | "setBy" | "clock" | "cancelled">): ApiContext {
  try {
    const baseUrl = resolveBaseUrl(host);
    // An emulator has the limits that it says it has; Cloudflare has the documented ones before it says anything.
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
