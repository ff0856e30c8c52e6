import { subscribe } from "node:diagnostics_channel";

const cancelPath = "/pulumirpc.ResourceProvider/Cancel";

/**
 * Returns a signal that is aborted when Pulumi cancels the provider: on the first SIGINT or SIGTERM, and at the end of every run.
 * The SDK ignores the Cancel call, so it is detected at the HTTP/2 server of the process.
 *
 * Source: https://nodejs.org/api/diagnostics_channel.html#http2
 */
export function cancelSignal(): AbortSignal {
  const controller = new AbortController();
  subscribe("http2.server.stream.start", (message) => {
    const { headers } = message as { headers?: Readonly<Record<string, unknown>> };
    if (headers?.[":path"] === cancelPath) controller.abort();
  });
  return controller.signal;
}
