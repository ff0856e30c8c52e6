import {
  baseUrlFrom,
  type Client,
  ConfigurationError,
  createClient,
  credentialsFrom,
  isLoopback,
} from "../../cloudflare/index.ts";
import { createHalts, createPace, type Halts, type Pace } from "../../push/index.ts";
import { Refusal } from "../errors.ts";
import type { Ports } from "../host.ts";
import { maxWaitMs } from "./max-wait.ts";
import { Preflight } from "./preflight.ts";
import { pacedReads, type Reads } from "./queue-reader.ts";
import { RequirementChecks } from "./requirements.ts";

/** What every delivery of the process shares: the API's limits are the token's, not a segment's. */
export interface Wire {
  readonly client: Pick<Client, "push">;
  readonly reads: Reads;
  readonly pace: Pace;
  readonly halts: Halts;
  /** How long a run waits for anything. */
  readonly maxWaitMs: number;
  readonly preflight: Preflight;
  readonly requirements: RequirementChecks;
}

/** @throws Refusal when the settings of the API are not usable */
export function connect(ports: Pick<Ports, "config" | "env" | "setBy" | "clock" | "cancelled">): Wire {
  try {
    const baseUrl = baseUrlFrom(ports);
    // An emulator has the limits that it says it has; Cloudflare has the documented ones before it says anything.
    const assume = isLoopback(baseUrl.hostname) ? "nothing" : "documented";
    const client = createClient({ credentials: credentialsFrom(ports), baseUrl, env: ports.env });
    const most = maxWaitMs(ports);
    const pace = createPace({ clock: ports.clock, assume, maxWaitMs: most });
    const reads = pacedReads({ client, pace, cancelled: ports.cancelled });
    return {
      client,
      pace,
      reads,
      halts: createHalts(),
      maxWaitMs: most,
      preflight: new Preflight(reads),
      requirements: new RequirementChecks(),
    };
  } catch (error) {
    if (error instanceof ConfigurationError) throw new Refusal(error.code, `${error.message}.`);
    throw error;
  }
}
