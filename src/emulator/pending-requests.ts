import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** Tracks the unanswered requests of each connection. */
export class PendingRequests {
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
