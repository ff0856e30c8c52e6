import type { QueueRef } from "../types.ts";
import { createTurns, type InTurn } from "./apply/turns.ts";
import type { ProviderHost } from "./host.ts";
import type { WorkerContext } from "./producer/connect-worker.ts";
import { parseRequest, type RunRequest } from "./protocol/request.ts";
import type { ApiContext } from "./queue/connect.ts";
import type { WorkerTarget } from "./state/segment.ts";

/** State that the deliveries of one process share. */
export interface Session {
  readonly host: ProviderHost;
  /** When the process started the session, ISO 8601. */
  readonly startedAt: string;
  /** Connects on first use: a run that pushes nothing needs no credentials. @throws SeederError if a setting is invalid */
  readonly connect: () => Promise<ApiContext>;
  /**
   * Connects to a producer Worker on first use, and waits until it is ready.
   *
   * @throws SeederError if a setting is invalid, or if the Worker is not ready
   */
  readonly connectWorker: (account: Pick<QueueRef, "accountId">, target: WorkerTarget) => Promise<WorkerContext>;
  /** The latest run in the Pulumi state of each segment that was there when the run began, by URN; only with a producer Worker. */
  readonly recordedRuns: Map<string, string>;
  /**
   * Makes a segment of a data file wait until few others are pushed to the same queue: one segment uses the whole rate of a queue,
   * and each holds its rows in memory. Pulumi asks for up to 16 at once.
   */
  readonly inTurn: InTurn;
  /** The request of the command that started the run. @throws SeederError if it cannot be read */
  readonly request: RunRequest;
}

/** Segments of data files that are read or pushed at once for each queue: while one is pushed, the next one is read. */
const segmentsAtOnce = 2;

/** Opens the session of one process, which performs one deployment. */
export function openSession(host: ProviderHost): Session {
  let connected: Promise<ApiContext> | undefined;
  let request: RunRequest | undefined;
  const workers = new Map<string, Promise<WorkerContext>>();
  return {
    host,
    startedAt: new Date(host.clock.now()).toISOString(),
    recordedRuns: new Map(),
    inTurn: createTurns(segmentsAtOnce),
    connect() {
      connected ??= import("./queue/connect.ts").then(({ connect }) => connect(host));
      return connected;
    },
    connectWorker(account, { queue: _own, ...target }) {
      const key = JSON.stringify([account.accountId, target]);
      const worker =
        workers.get(key) ??
        import("./producer/connect-worker.ts").then(({ connectWorker }) => connectWorker(account, target, host));
      workers.set(key, worker);
      return worker;
    },
    get request() {
      request ??= parseRequest(host.env);
      return request;
    },
  };
}
