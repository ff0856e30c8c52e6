import type { Variables } from "../manifest/index.ts";
import type { Clock } from "../push/index.ts";
import type { RunEvent } from "./protocol/events.ts";

/** What the lifecycle needs from outside. The provider's shell binds it to the process; tests to fakes. */
export interface ProviderHost {
  /** Absolute path from which a segment's `root` starts: the provider's working directory. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The stack's configuration by full key, e.g. "queue-seeder:apiToken". Secrets are in plain text. */
  readonly config: (key: string) => string | undefined;
  /** The file of the repository that sets an environment variable; undefined: none does. */
  readonly setBy: (variable: string) => string | undefined;
  readonly clock: Clock;
  readonly log: LogEvent;
  /** The repository's commit; "" where there is none. */
  readonly commit: () => string;
  /** Who deploys; "" where nobody is to be named, or can be. */
  readonly deployer: () => string;
  /** What manifests of the project in the repository at `root`, an absolute path, may name in a stack. */
  readonly variables: (project: string, root: string, stack: string) => Variables;
  /** Whether the engine is still there to take what a push comes to. */
  readonly isEngineAlive: () => Promise<boolean>;
  /** Aborted when the engine asks to cancel, and at the end of every run: requests in flight finish, none starts. */
  readonly cancelled: AbortSignal;
}

/**
 * Reports an event of the resource with this URN. A passing one is replaced by the next on a terminal, and left out of logs. Never
 * rejects.
 */
export type LogEvent = (event: RunEvent, urn: string, passing?: "passing") => Promise<void>;
