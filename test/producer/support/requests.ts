import type { AskAnswer, PushAnswer, Rejection, Unavailable } from "../../../src/producer/answers.ts";
import { deriveKeyPair, signRequest } from "../../../src/producer/signing.ts";
import { askBody, askPath, type PushHead, pushBody, pushPath, type WireMessage } from "../../../src/producer/wire.ts";

export const pair = deriveKeyPair(Buffer.alloc(32, 7).toString("base64"), "0".repeat(32), "queue-seeder");
export const deployment = "8c0ae0bd-3d11-4b0e-9e0c-9ad9a6a7a0f1";

/** Returns a key of the protocol's form that contains a number. */
export function keyOf(number: number): string {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64BE(BigInt(number), 8);
  return bytes.toString("base64url");
}

/** Returns the number in a key. */
export function numberOf(key: string): number {
  return Number(Buffer.from(key, "base64url").readBigUInt64BE(8));
}

/** Returns the JSON of messages with these numbers as bodies. */
export function messagesOf(numbers: readonly number[], pad = ""): string {
  const messages = numbers.map((n): WireMessage => ({ body: { n, ...(pad && { pad }) }, content_type: "json" }));
  return JSON.stringify({ messages });
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined if the answer is not JSON. */
  readonly json: unknown;
}

export interface Call {
  readonly method?: string;
  readonly path: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Changes the header `authorization`. */
  readonly sign?: (authorization: string) => string | undefined;
  /** What is signed instead of what is sent. */
  readonly signed?: {
    readonly method?: "GET" | "POST";
    readonly host?: string;
    readonly path?: string;
    readonly body?: string;
  };
  readonly time?: number;
  readonly key?: typeof pair.privateKey;
  readonly signal?: AbortSignal;
}

/** Returns a request as the client makes it, unless the call changes something. */
export function createRequest(base: URL, call: Call): Request {
  const { method = "POST", path, body = "", signed = {}, time = Date.now(), key = pair.privateKey } = call;
  const authorization = signRequest(
    key,
    { method: method === "GET" ? "GET" : "POST", host: base.host, path, time, ...signed },
    signed.body ?? body,
  );
  const header = call.sign === undefined ? authorization : call.sign(authorization);
  return new Request(new URL(path, base), {
    method,
    ...(header !== undefined && { headers: { authorization: header } }),
    ...(method !== "GET" && method !== "HEAD" && { body }),
    ...(call.signal !== undefined && { signal: call.signal }),
  });
}

/** Makes the protocol's calls on a Worker, real or local. */
export class WorkerCaller {
  readonly #base: URL;
  readonly #fetch: (request: Request) => Promise<Response>;

  constructor(base: URL, fetchRequest: (request: Request) => Promise<Response> = fetch) {
    this.#base = base;
    this.#fetch = fetchRequest;
  }

  async call(call: Call): Promise<Answer> {
    const response = await this.#fetch(createRequest(this.#base, call));
    const text = await response.text();
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {}
    return { status: response.status, headers: response.headers, json };
  }

  /** @throws Error if the answer is not that of a ledger */
  async push(numbers: readonly number[], more: Partial<PushHead> & { queue?: string; deployment?: string } = {}) {
    const { queue = "orders", deployment: of = deployment, resend_in_doubt = false, keys = numbers.map(keyOf) } = more;
    const body = pushBody({ keys, resend_in_doubt }, messagesOf(numbers));
    return (await this.#ledger({ path: pushPath(queue, of), body })) as PushAnswer;
  }

  /** @throws Error if the answer is not that of a ledger */
  async ask(numbers: readonly number[], more: { queue?: string; deployment?: string } = {}) {
    const { queue = "orders", deployment: of = deployment } = more;
    return (await this.#ledger({ path: askPath(queue, of), body: askBody(numbers.map(keyOf)) })) as AskAnswer;
  }

  async #ledger(call: Call): Promise<PushAnswer | AskAnswer> {
    const { status, json } = await this.call(call);
    if (status !== 200) throw new NoLedgerError(status, json);
    return json as PushAnswer | AskAnswer;
  }
}

/** The answer did not come from a ledger. */
export class NoLedgerError extends Error {
  readonly status: number;
  readonly json: unknown;

  constructor(status: number, json: unknown) {
    super(`HTTP ${status}: ${JSON.stringify(json)}`);
    this.status = status;
    this.json = json;
  }

  /** Whether the Worker itself reported that it sent nothing. */
  get isRejection(): boolean {
    return (this.json as Partial<Rejection | Unavailable> | undefined)?.state === "rejected";
  }
}
