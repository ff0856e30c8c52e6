import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { Process } from "./process.ts";

/** Result of a push request. Only with the first two are its messages in the queue. */
export type Fate = "accept" | "answer_lost" | "request_lost" | "limit" | "too_large" | "full" | "failed";

/** A push request that the server has finished. */
export interface Pushed {
  readonly queue: string;
  readonly bodies: readonly number[];
  readonly accepted: boolean;
  /** Whether its response was sent. */
  readonly answered: boolean;
}

const refusals = {
  limit: { status: 429, code: 10429 },
  too_large: { status: 413, code: 10205 },
  full: { status: 400, code: 10251 },
  failed: { status: 500, code: 15000 },
} as const satisfies Partial<Record<Fate, { status: number; code: number }>>;

/** The part of the Queues API that a push needs. It records everything, and shares no code with the code under test. */
export class Api implements AsyncDisposable {
  readonly #server: Server;
  readonly #processes = new Map<string, Process>();
  readonly pushed: Pushed[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Api> {
    const server = createServer();
    const api = new Api(server);
    server.on("request", (request, response) => {
      api.#serve(request, response).catch(() => request.socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return api;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/client/v4`;
  }

  /** Registers a process, so that its requests are accepted. */
  admit(process: Process): void {
    this.#processes.set(`Bearer ${process.token}`, process);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const process = this.#processes.get(request.headers.authorization ?? "");
    const [, queue = ""] = /\/queues\/([^/]+)/.exec(request.url ?? "") ?? [];
    if (process === undefined || process.isDead) throw new Error("no process is there to read the answer");
    if (request.method === "GET") {
      return answer(response, 200, { queue_id: queue, queue_name: queue, settings: { delivery_paused: false } });
    }
    const { body, messages = [{ body }] } = (await json(request)) as { body?: number; messages?: { body: number }[] };
    const bodies = messages.map((message) => message.body as number);
    void process.killed.then(() => request.socket.destroy());
    await process.step(async () => this.#push(request, response, process, queue, bodies));
  }

  #push(
    request: IncomingMessage,
    response: ServerResponse,
    process: Process,
    queue: string,
    bodies: readonly number[],
  ): void {
    const drawn = process.fates.shift() ?? "accept";
    const fate = drawn === "too_large" && bodies.length === 1 ? "accept" : drawn;
    const accepted = fate === "accept" || fate === "answer_lost";
    const answered = !process.isDead && fate !== "answer_lost" && fate !== "request_lost";
    this.pushed.push({ queue, bodies, accepted, answered });
    if (!answered) request.socket.destroy();
    else if (fate in refusals) {
      const { status, code } = refusals[fate as keyof typeof refusals];
      answer(response, status, null, [{ code, message: fate }]);
    } else answer(response, 200, null);
  }
}

function answer(response: ServerResponse, status: number, result: unknown, errors: readonly object[] = []): void {
  // The processes are never asked to end, so their connections would stay open.
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify({ success: errors.length === 0, errors, messages: [], result }));
}
