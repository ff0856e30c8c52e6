import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { ApiRequest, ApiResponse } from "./api/http.ts";
import { checkOrigin } from "./api/origin.ts";
import { limits } from "./limits.ts";
import type { Reply } from "./request-pipeline.ts";
import { send, sendReply, sendStream } from "./send-reply.ts";

/** Longer than any client keeps an idle connection, so that none is closed while a request is in transit. */
const keepAliveMs = 120_000;

export interface ServerSetup {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Host headers to accept in addition to the loopback names and `host`. */
  readonly allowedHosts: readonly string[];
  /** Aborts when the emulator stops, which ends streaming answers. */
  readonly closing: AbortSignal;
  /** Returns the answer for a caller that ends its side of the connection in the middle of a request. */
  readonly disconnected: () => ApiResponse;
  /** Returns the answer to a body that exceeds the limit. */
  readonly tooLarge: () => ApiResponse;
  readonly handle: (request: ApiRequest) => Promise<Reply>;
}

/** Starts the server. @throws the system's error, such as EADDRINUSE */
export async function listen(setup: ServerSetup): Promise<{ server: Server; port: number }> {
  const underWay = new PendingRequests();
  const handle = (incoming: IncomingMessage, response: ServerResponse): void => {
    underWay.add(incoming, response);
    serve(setup, incoming, response).catch((error: unknown) => {
      // A caller may disconnect at any time; any other error is a bug in the emulator.
      if (!incoming.errored && !response.destroyed) console.error(error);
      response.destroy();
    });
  };
  const server = createServer({ keepAliveTimeout: keepAliveMs }, handle);
  server.on("checkContinue", (incoming: IncomingMessage, response: ServerResponse) => {
    // A body announced as too large is not requested, but the caller may still send it.
    if (exceedsContentLength(incoming)) response.setHeader("connection", "close");
    else response.writeContinue();
    handle(incoming, response);
  });
  server.on("checkExpectation", (_incoming: IncomingMessage, response: ServerResponse) => {
    send(response, errorResponse(417, "The only supported expectation is 100-continue."));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    // Earlier complete requests are answered first, so that answers stay in order.
    underWay.whenAnswered(socket, () => sendRawError(setup, error, socket));
  });
  server.listen(setup.port, setup.host);
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

/** Answers input that is not a valid HTTP request, and ends the connection. */
function sendRawError(setup: ServerSetup, error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { status, headers, body } = formatRawError(setup, error.code);
  const lines = Object.entries({ ...headers, "content-length": Buffer.byteLength(body), connection: "close" });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`);
}

function formatRawError(setup: ServerSetup, code: string | undefined): ApiResponse {
  switch (code) {
    // The caller ended its side in the middle of a request.
    case "HPE_INVALID_EOF_STATE":
      return setup.disconnected();
    case "HPE_HEADER_OVERFLOW":
      return errorResponse(431, "The request's headers are too large.");
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return errorResponse(408, "The request took too long to arrive.");
    default:
      return errorResponse(400, "Malformed HTTP request.");
  }
}

async function serve(setup: ServerSetup, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const refusal = checkOrigin(incoming.headers, setup);
  if (refusal !== undefined) return send(response, errorResponse(403, refusal));
  const body = await readBody(incoming);
  if (body === undefined) return send(response, setup.tooLarge());
  const url = URL.parse(incoming.url ?? "/", "http://emulator.invalid");
  if (url === null) return send(response, errorResponse(400, "Malformed URL."));
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
  await sendReply(response, reply);
}

function exceedsContentLength({ headers }: IncomingMessage): boolean {
  return Number(headers["content-length"] ?? 0) > limits.requestBytes;
}

/** Bytes of a refused body that are still read, so that its sender gets to read the answer. */
const discardedBytes = 64_000_000;

/** Reads a body, by events, which cost less than an iterator. @returns undefined if it exceeds the limit */
function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    if (exceedsContentLength(incoming)) resolve(undefined);
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
      // The event also follows a complete body, for which creating an error and its stack would be a waste.
      if (!incoming.complete) reject(new Error("the caller disconnected"));
    });
  });
}

function errorResponse(status: number, message: string): ApiResponse {
  return { status, headers: { "content-type": "text/plain; charset=UTF-8" }, body: `${message}\n` };
}

/** Tracks the unanswered requests of each connection. */
class PendingRequests {
  readonly #bySocket = new WeakMap<Duplex, Set<IncomingMessage>>();
  readonly #broken = new WeakMap<Duplex, () => void>();

  add(incoming: IncomingMessage, response: ServerResponse): void {
    const { socket } = incoming;
    const requests = this.#bySocket.get(socket) ?? new Set();
    this.#bySocket.set(socket, requests.add(incoming));
    response.once("close", () => {
      requests.delete(incoming);
      if (!this.#isPending(socket)) this.#broken.get(socket)?.();
    });
  }

  /** Calls `then` when all complete requests of the connection are answered, or at once if there are none. */
  whenAnswered(socket: Duplex, then: () => void): void {
    if (this.#isPending(socket)) this.#broken.set(socket, then);
    else then();
  }

  /** Reports whether complete requests are unanswered; a request that broke off is never answered. */
  #isPending(socket: Duplex): boolean {
    return [...(this.#bySocket.get(socket) ?? [])].some(({ complete }) => complete);
  }
}
