import { subscribe } from "node:diagnostics_channel";

const cancelPath = "/pulumirpc.ResourceProvider/Cancel";

/**
 * Aborted when the engine asks the provider to cancel, as it does on the first SIGINT or SIGTERM and at the end of every
 * run. The SDK takes that call and does nothing, so it is seen where it arrives: at the process's HTTP/2 server.
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
