import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { FakeProducer } from "../../support/fake-producer.ts";

interface Binding {
  readonly name: string;
  readonly text?: string;
  readonly queueName?: string;
}

/** The part of the Workers API that the stand-in calls. A version runs in the fake producer as soon as it is created. */
export interface WorkersApi extends AsyncDisposable {
  readonly url: string;
  /** Methods with the kind and id of the resource, in order, without reads. */
  readonly calls: string[];
  /** Deletes everything behind Pulumi's back. */
  clear(): void;
}

export async function startWorkersApi(producer: FakeProducer): Promise<WorkersApi> {
  const resources = new Map<string, Record<string, unknown>>();
  const calls: string[] = [];
  let made = 0;

  const answer = async (request: IncomingMessage): Promise<object | undefined> => {
    const { method = "", url = "" } = request;
    const body = method === "POST" || method === "PUT" ? ((await json(request)) as Record<string, unknown>) : {};
    const kind = url.includes("/versions") ? "version" : "worker";
    const id = method === "POST" ? `${kind}-${++made}` : (url.split("/").at(-1) ?? "");
    if (method !== "GET") calls.push(`${method} ${id}`);
    if (method === "DELETE") return resources.delete(id) ? {} : undefined;
    if (method === "GET") return resources.get(id);
    const own = kind === "worker" ? { subdomain: { ...Object(body.subdomain), url: producer.url } } : {};
    const resource = { ...body, ...own, id };
    resources.set(id, resource);
    if (kind === "version") run(body.bindings as readonly Binding[]);
    return resource;
  };

  const run = (bindings: readonly Binding[]) => {
    const text = (name: string) => bindings.find((each) => each.name === name)?.text;
    producer.publicKey = text("PUBLIC_KEY");
    producer.codeDigest = text("CODE_DIGEST");
    producer.queues = bindings.flatMap(({ queueName }) => queueName ?? []);
  };

  const server = createServer(async (request, response) => {
    const result = await answer(request);
    response.writeHead(result === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify({ success: result !== undefined, result }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    clear: () => resources.clear(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
