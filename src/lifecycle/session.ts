import type { ProviderHost } from "./host.ts";
import { parseRequest, type RunRequest } from "./protocol/request.ts";
import type { ApiContext } from "./queue/connect.ts";

/** What the deliveries of one process share. */
export interface Session {
  readonly host: ProviderHost;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Made when a call needs it: a run that pushes nothing needs no credentials. @throws Refusal for unusable settings */
  readonly connect: () => Promise<ApiContext>;
  /** What a command asks of the run. @throws Refusal when it cannot be read */
  readonly request: RunRequest;
}

/** For one process, which makes one deployment. */
export function openSession(host: ProviderHost): Session {
  let connected: Promise<ApiContext> | undefined;
  let request: RunRequest | undefined;
  return {
    host,
    startedAt: new Date(host.clock.now()).toISOString(),
    connect() {
      connected ??= import("./queue/connect.ts").then(({ connect }) => connect(host));
      return connected;
    },
    get request() {
      request ??= parseRequest(host.env);
      return request;
    },
  };
}
