import type { Variables } from "../manifest/index.ts";
import type { Clock } from "../push/index.ts";
import type { RunEvent } from "./protocol/events.ts";

/** External dependencies of the lifecycle. The provider binds them to the process, tests bind them to fakes. */
export interface ProviderHost {
  /** Absolute path that a segment's `root` is relative to: the provider's working directory. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The stack's configuration by full key, e.g. "queue-seeder:apiToken". Secrets are in plain text. */
  readonly config: (key: string) => string | undefined;
  /** Returns the repository file that sets an environment variable, undefined if none does. */
  readonly setBy: (variable: string) => string | undefined;
  readonly clock: Clock;
  readonly log: LogEvent;
  /** Returns the commit of the repository, "" if there is none. */
  readonly commit: () => string;
  /** Returns the deployer, "" if it is unknown or must not be recorded. */
  readonly deployer: () => string;
  /** Returns the variables that manifests may use in a stack. `root` is the absolute path of the repository. */
  readonly variables: (project: string, root: string, stack: string) => Promise<Variables>;
  /** Checks whether the Pulumi engine still runs and can store the result of a push. */
  readonly isEngineAlive: () => Promise<boolean>;
  /** Aborted when Pulumi cancels, and at the end of every run: requests in flight finish, no new ones start. */
  readonly cancelled: AbortSignal;
}

/**
 * Reports an event of the resource with this URN. On a terminal, a passing event is replaced by the next one; logs leave it out.
 * Never rejects.
 */
export type LogEvent = (event: RunEvent, urn: string, passing?: "passing") => Promise<void>;
