import type { Emulator } from "../../src/emulator/index.ts";

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed response body. */
  readonly json: unknown;
  /** Code of the first error, if any. */
  readonly code: number | undefined;
}

/** The properties of an emulator that a caller needs. */
export type Callee = Pick<Emulator, "baseUrl" | "accountId" | "token" | "queueId">;

/** Calls an emulator over HTTP, by default on its queue `orders`. */
export class Caller {
  readonly #emulator: Callee;
  readonly #headers: Record<string, string>;

  constructor(emulator: Callee, headers: Record<string, string> = { authorization: `Bearer ${emulator.token}` }) {
    this.#emulator = emulator;
    this.#headers = headers;
  }

  post(path: string, body: unknown): Promise<Called> {
    return this.call("POST", path, body);
  }

  /** Makes a call on a queue. @param path relative to the queue's URL */
  call(method: string, path: string, body?: unknown, queueId = this.#emulator.queueId("orders")): Promise<Called> {
    return this.account(method, `/${queueId}${path}`, body);
  }

  /** Makes a call on the account's queues. @param path relative to the URL of the account's queues */
  account(method: string, path: string, body?: unknown): Promise<Called> {
    const url = `${this.#emulator.baseUrl}/accounts/${this.#emulator.accountId}/queues${path}`;
    return this.#fetch(url, method, body === undefined ? undefined : JSON.stringify(body));
  }

  raw(method: string, path: string, body: string | Uint8Array<ArrayBuffer>): Promise<Called> {
    const { baseUrl, accountId } = this.#emulator;
    return this.#fetch(
      `${baseUrl}/accounts/${accountId}/queues/${this.#emulator.queueId("orders")}${path}`,
      method,
      body,
    );
  }

  async #fetch(url: string, method: string, body?: string | Uint8Array<ArrayBuffer>): Promise<Called> {
    const response = await fetch(url, { method, headers: this.#headers, ...(body !== undefined && { body }) });
    const json: unknown = await response.json();
    const { errors } = json as { errors?: { code: number }[] };
    return { status: response.status, headers: response.headers, json, code: errors?.[0]?.code };
  }
}
