import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";
import { type Client, type ClientOptions, Credentials, createClient } from "../../src/cloudflare/index.ts";
import type { Batch, EncodedMessage, QueueRef } from "../../src/types.ts";

export const queue: QueueRef = { accountId: "a".repeat(32), queueId: "b".repeat(32) };
export const token = "a-token-that-must-never-be-seen";
export const credentials = new Credentials("test", token, { authorization: `Bearer ${token}` });

/** Cleanups of what a test started. They run after the test, also if it failed. */
const started: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of started.splice(0).reverse()) await end();
});

/** Registers a cleanup to run after the test. */
export function cleanUp(end: () => unknown): void {
  started.push(end);
}

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface TestServer {
  readonly baseUrl: URL;
  readonly received: Received[];
}

/** Starts a server on a free port that records its requests. The handler runs once the request body was read. */
export async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<TestServer> {
  const received: Received[] = [];
  const listener: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url, headers } = request;
    received.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    handle(request, response);
  };
  return { baseUrl: await listen(createServer(listener)), received };
}

export async function listen(server: Server): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUp(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/client/v4`);
}

/** Starts a server that answers every request with the same response. */
export function answering(status: number, body: string, headers: Record<string, string> = {}): Promise<TestServer> {
  return serve((_, response) => response.writeHead(status, headers).end(body));
}

export function clientOf({ baseUrl }: Pick<TestServer, "baseUrl">, rest: Partial<ClientOptions> = {}): Client {
  const client = createClient({ credentials, baseUrl, ...rest });
  cleanUp(() => client.close());
  return client;
}

export function encoded(bodyJson: string, rest: Partial<EncodedMessage> = {}): EncodedMessage {
  return {
    index: 0,
    label: "#1",
    bodyJson,
    bytes: bodyJson.length,
    contentType: "json",
    delaySeconds: undefined,
    ...rest,
  };
}

export const one: Batch = [encoded("1")];
