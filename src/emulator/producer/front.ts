import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Api } from "../api/handler.ts";
import { errorResponse } from "../api/handler.ts";
import type { ApiResponse } from "../api/http.ts";
import type { RequestPipeline } from "../request-pipeline.ts";
import { sendReply } from "../server.ts";

const keepAliveMs = 120_000;

/**
 * Starts the public address of the Worker, which passes requests on to the runtime, so that faults apply to them: lost answers,
 * pages of a proxy. A request is passed on unchanged, `host` included, because the signature covers it.
 *
 * @param runtimePort returns the port of the runtime; undefined while it does not run
 */
export async function startFront(
  api: Api,
  traffic: RequestPipeline,
  { host, port }: { readonly host: string; readonly port: number },
  runtimePort: () => number | undefined,
): Promise<{ server: Server; port: number }> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer({ keepAliveTimeout: keepAliveMs }, (incoming, response) => {
    const path = incoming.url ?? "/";
    const name = /^\/v1\/(?:push|ask)\/([^/]+)\//.exec(path)?.[1];
    traffic
      .pass({
        method: incoming.method ?? "GET",
        path,
        route: "producer",
        queue: name === undefined ? undefined : api.broker.byName(name),
        refuse: (error) => errorResponse(api, error),
        answer: () => forward(incoming, agent, runtimePort()),
      })
      .then((reply) => sendReply(response, reply))
      .catch(() => response.destroy());
  });
  server.on("close", () => agent.destroy());
  server.listen(port, host);
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

/** Passes a request on, and ends it if the caller disconnects. @returns undefined if there is no complete answer */
function forward(incoming: IncomingMessage, agent: Agent, port: number | undefined): Promise<ApiResponse | undefined> {
  if (port === undefined) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const { method, url, headers } = incoming;
    const outgoing = request({ host: "127.0.0.1", port, agent, method, path: url, headers }, (answer) => {
      text(answer).then(
        (body) => resolve({ status: answer.statusCode ?? 0, headers: singleHeaders(answer), body }),
        () => resolve(undefined),
      );
    });
    outgoing.once("error", () => resolve(undefined));
    incoming.socket.once("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
}

/** Returns the headers that belong to the answer, not to the connection. */
function singleHeaders({ headers }: IncomingMessage): Record<string, string> {
  const ofConnection = ["connection", "keep-alive", "transfer-encoding", "content-length"];
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || ofConnection.includes(name) ? [] : [[name, String(value)]],
    ),
  );
}
