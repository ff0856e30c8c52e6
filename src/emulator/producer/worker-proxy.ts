import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Api } from "../api/handler.ts";
import { errorResponse } from "../api/handler.ts";
import type { ApiResponse } from "../api/http.ts";
import type { RequestPipeline } from "../request-pipeline.ts";
import { sendReply } from "../send-reply.ts";

const keepAliveMs = 120_000;

/**
 * Starts the public address of the Worker, which passes requests on to the runtime, so that faults apply to them: lost answers,
 * pages of a proxy. A request is passed on unchanged, `host` included, because the signature covers it.
 *
 * @param runtimePort returns the port of the runtime; undefined while it does not run
 */
export async function startWorkerProxy(
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
        answer: () => forward(incoming, response, agent, runtimePort()),
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
async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  agent: Agent,
  port: number | undefined,
): Promise<ApiResponse | undefined> {
  if (port === undefined) return undefined;
  const { method, url, headers } = incoming;
  const { promise, resolve } = Promise.withResolvers<ApiResponse | undefined>();
  const outgoing = request({ host: "127.0.0.1", port, agent, method, path: url, headers }, (answer) => {
    text(answer).then(
      (body) => resolve({ status: answer.statusCode ?? 0, headers: singleHeaders(answer), body }),
      () => resolve(undefined),
    );
  });
  outgoing.once("error", () => resolve(undefined));
  const leave = () => outgoing.destroy();
  response.once("close", leave);
  incoming.pipe(outgoing);
  const answer = await promise;
  response.off("close", leave);
  if (!outgoing.writableFinished) {
    // The Worker answered without reading the body. The caller gets the answer when it has sent the rest.
    incoming.unpipe(outgoing);
    incoming.resume();
    outgoing.destroy();
  }
  return answer;
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
