import type { ProviderHost } from "./host.ts";
import { parseRequest, type RunRequest } from "./protocol/request.ts";
import type { ApiContext } from "./queue/connect.ts";

/** State that the deliveries of one process share. */
export interface Session {
  readonly host: ProviderHost;
  /** When the process started the session, ISO 8601. */
  readonly startedAt: string;
  /** Connects on first use: a run that pushes nothing needs no credentials. @throws SeederError if a setting is invalid */
  readonly connect: () => Promise<ApiContext>;
  /** The request of the command that started the run. @throws SeederError if it cannot be read */
  readonly request: RunRequest;
}

/** Opens the session of one process, which performs one deployment. */
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
