import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { ApiAnswer, ApiRequest } from "./api/http.ts";
import { refusedOrigin } from "./api/origin.ts";
import { limits } from "./limits.ts";
import type { Reply } from "./traffic.ts";
import { RequestsUnderWay } from "./under-way.ts";

/** Longer than any client keeps an idle connection, so that none is cut while a request is on its way. */
const keepAliveMs = 120_000;

export interface ServerSetup {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Host names besides the loopback ones and `host` under which it may be called. */
  readonly allowedHosts: readonly string[];
  /** Aborts when the emulator stops: answers without end then end. */
  readonly closing: AbortSignal;
  /** What a caller gets that ends its side of the connection before its request is whole, if it still listens. */
  readonly disconnected: () => ApiAnswer;
  /** What a caller gets whose body is beyond all bounds. */
  readonly tooLarge: () => ApiAnswer;
  readonly handle: (request: ApiRequest) => Promise<Reply>;
}

/** Start listening. @throws the system's error, such as EADDRINUSE */
export async function listen(setup: ServerSetup): Promise<{ server: Server; port: number }> {
  const underWay = new RequestsUnderWay();
  const handle = (incoming: IncomingMessage, response: ServerResponse): void => {
    underWay.add(incoming, response);
    serve(setup, incoming, response).catch((error: unknown) => {
      // A caller that went away in the middle is its own affair; anything else is a mistake of the emulator's.
      if (!incoming.errored && !response.destroyed) console.error(error);
      response.destroy();
    });
  };
  const server = createServer({ keepAliveTimeout: keepAliveMs }, handle);
  server.on("checkContinue", (incoming: IncomingMessage, response: ServerResponse) => {
    // A body that is announced as too large is not asked for, and nobody can tell whether it comes all the same.
    if (announcesTooMuch(incoming)) response.setHeader("connection", "close");
    else response.writeContinue();
    handle(incoming, response);
  });
  server.on("checkExpectation", (_incoming: IncomingMessage, response: ServerResponse) => {
    send(response, refuse(417, "Nothing but 100-continue can be expected."));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    // Requests that came whole before it are answered first, so that no answer is taken for another's.
    underWay.afterwards(socket, () => refuseRaw(setup, error, socket));
  });
  server.listen(setup.port, setup.host);
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

/** Answers what could not be read as a request, and ends the connection. */
function refuseRaw(setup: ServerSetup, error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { status, headers, body } = rawRefusal(setup, error.code);
  const lines = Object.entries({ ...headers, "content-length": Buffer.byteLength(body), connection: "close" });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`);
}

function rawRefusal(setup: ServerSetup, code: string | undefined): ApiAnswer {
  switch (code) {
    // The caller ended its side in the middle of a request.
    case "HPE_INVALID_EOF_STATE":
      return setup.disconnected();
    case "HPE_HEADER_OVERFLOW":
      return refuse(431, "The request's headers are too large.");
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return refuse(408, "The request took too long to come.");
    default:
      return refuse(400, "That is no HTTP request.");
  }
}

async function serve(setup: ServerSetup, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const refusal = refusedOrigin(incoming.headers, setup);
  if (refusal !== undefined) return send(response, refuse(403, refusal));
  const body = await readBody(incoming);
  if (body === undefined) return send(response, setup.tooLarge());
  const url = URL.parse(incoming.url ?? "/", "http://emulator.invalid");
  if (url === null) return send(response, refuse(400, "That is no address."));
  const reply = await setup.handle({
    method: incoming.method ?? "GET",
    url,
    headers: incoming.headers,
    body,
    address: incoming.socket.remoteAddress ?? "",
  });
  if (reply.kind === "answer" && reply.answer.stream !== undefined) {
    return sendStream(response, reply.answer, reply.answer.stream, setup.closing);
  }
  if (reply.kind === "answer") return send(response, reply.answer);
  if (reply.answer === undefined) incoming.socket.destroy();
  else await sendHalf(response, reply.answer);
}

function announcesTooMuch({ headers }: IncomingMessage): boolean {
  return Number(headers["content-length"] ?? 0) > limits.requestBytes;
}

/** Bytes of a body that is refused which are still taken, so that its sender comes to reading the answer. */
const discardedBytes = 64_000_000;

/** @returns undefined when there is more than the bound. By events, which cost less than an iterator. */
function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    if (announcesTooMuch(incoming)) resolve(undefined);
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limits.requestBytes) chunks.push(chunk);
      else {
        chunks = [];
        resolve(undefined);
        if (bytes > discardedBytes) incoming.socket.destroy();
      }
    });
    incoming.once("end", () => {
      const [only] = chunks;
      resolve(chunks.length === 1 ? only : Buffer.concat(chunks));
    });
    incoming.once("error", reject);
    incoming.once("close", () => {
      // It comes after a whole body as well, where an error would be made for nothing, with its costly stack.
      if (!incoming.complete) reject(new Error("the caller went away"));
    });
  });
}

function send(response: ServerResponse, { status, headers, body }: ApiAnswer): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

/** How often events go out at most; what happens in between goes out together. */
const eventPauseMs = 100;

async function sendStream(
  response: ServerResponse,
  { status, headers, body }: ApiAnswer,
  stream: NonNullable<ApiAnswer["stream"]>,
  closing: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const signal = AbortSignal.any([gone.signal, closing]);
  response.writeHead(status, headers);
  response.write(body);
  try {
    for await (const piece of stream(signal)) {
      if (!response.write(piece)) await once(response, "drain", { signal });
      await sleep(eventPauseMs, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  response.end();
}

async function sendHalf(response: ServerResponse, { status, headers, body }: ApiAnswer): Promise<void> {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, "content-length": bytes.length });
  await new Promise<void>((resolve) => response.write(bytes.subarray(0, bytes.length / 2), () => resolve()));
  response.destroy();
}

function refuse(status: number, message: string): ApiAnswer {
  return { status, headers: { "content-type": "text/plain; charset=UTF-8" }, body: `${message}\n` };
}
