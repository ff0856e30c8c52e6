import type { Ports } from "./host.ts";
import { type RunRequest, readRequest } from "./protocol/request.ts";
import type { Wire } from "./queue/connect.ts";

/** What the deliveries of one process share. */
export interface Session {
  readonly ports: Ports;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Made when a call needs it: a run that pushes nothing needs no credentials. @throws Refusal for unusable settings */
  readonly wire: () => Promise<Wire>;
  /** What a command asks of the run. @throws Refusal when it cannot be read */
  readonly request: RunRequest;
}

/** For one process, which makes one deployment. */
export function openSession(ports: Ports): Session {
  let connected: Promise<Wire> | undefined;
  let request: RunRequest | undefined;
  return {
    ports,
    startedAt: new Date(ports.clock.now()).toISOString(),
    wire() {
      connected ??= import("./queue/connect.ts").then(({ connect }) => connect(ports));
      return connected;
    },
    get request() {
      request ??= readRequest(ports.env);
      return request;
    },
  };
}
