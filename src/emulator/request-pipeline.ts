import { setTimeout as sleep } from "node:timers/promises";
import { type Api, errorResponse, handleRequest, withRateLimitHeaders } from "./api/handler.ts";
import type { ApiRequest, ApiResponse } from "./api/http.ts";
import { findRoute, type TrafficRoute } from "./api/routes.ts";
import { ApiError } from "./errors.ts";
import { type FaultEffect, type Faults, faultPhase } from "./faults.ts";

/** A request and its outcome, without its body and credentials. */
export interface RequestRecord {
  /** From 1, in order of arrival. */
  readonly number: number;
  /** Milliseconds since the epoch, by the emulator's clock. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly route: TrafficRoute | undefined;
  /** The name of the queue with the path's id; undefined if there is none. */
  readonly queue: string | undefined;
  /** Messages that it added to the queue, whether or not the caller got the answer. */
  readonly accepted: number;
  /** The status that the caller got; undefined if the connection ended without a complete answer. */
  readonly status: number | undefined;
  /** The error code that the caller got. */
  readonly code: number | undefined;
}

/** The data to send to the caller. */
export type Reply =
  | { readonly kind: "answer"; readonly answer: ApiResponse }
  /** The connection ends, after half of the answer if there is one. */
  | { readonly kind: "cut"; readonly answer: ApiResponse | undefined };

/** Requests kept for `requests`; older ones are dropped. */
const keptRequests = 100_000;

/** A request, as far as faults and the log need it. */
export interface PipelineCall {
  readonly method: string;
  readonly path: string;
  readonly route: TrafficRoute | undefined;
  readonly queue: { readonly id: string; readonly name: string } | undefined;
  /** Carries out the request. Never rejects. */
  readonly answer: () => ApiResponse | undefined | Promise<ApiResponse | undefined>;
  /** Formats an error that a fault causes. */
  readonly refuse: (error: ApiError) => ApiResponse;
}

/** Passes each request through faults and its handler, and logs it. */
export class RequestPipeline {
  readonly #api: Api;
  readonly #faults: Faults;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  readonly #listeners = new Set<(record: RequestRecord) => void>();
  readonly #closing: AbortSignal;
  readonly requests: RequestRecord[] = [];
  #count = 0;

  /** @param closing aborts delays by faults */
  constructor(api: Api, faults: Faults, closing: AbortSignal) {
    this.#api = api;
    this.#faults = faults;
    this.#closing = closing;
  }

  /** Answers a request to the API. */
  handle(request: ApiRequest): Promise<Reply> {
    const { method, url } = request;
    const target = findRoute(method, url.pathname);
    return this.pass({
      method,
      path: url.pathname,
      route: target?.route.name,
      queue: target?.queueId === undefined ? undefined : this.#api.broker.byId(target.queueId),
      answer: () => handleRequest(this.#api, request, target),
      refuse: (error) => errorResponse(this.#api, error),
    });
  }

  /** Answers any request. An undefined answer, and a fault that cuts the connection, are a reply without an answer. */
  async pass(passage: PipelineCall): Promise<Reply> {
    const { method, path, route, queue } = passage;
    const arrival = {
      number: ++this.#count,
      at: this.#api.broker.clock.now(),
      method,
      path,
      route,
      queue: queue?.name,
    };
    const effects = this.#faults.apply({ method, route, queueId: queue?.id, queueName: queue?.name });
    this.#underWay += 1;
    const { reply, accepted } = await this.#run(passage, effects).finally(() => this.#done());
    const answered = reply.kind === "answer" ? reply.answer : undefined;
    this.#log({ ...arrival, accepted, status: answered?.status, code: answered?.code });
    return reply;
  }

  async #run(
    { answer, refuse }: PipelineCall,
    effects: readonly FaultEffect[],
  ): Promise<{ reply: Reply; accepted: number }> {
    for (const effect of effects) {
      if (faultPhase(effect) !== "before") continue;
      const reply = await this.#apply(effect, undefined, refuse);
      if (reply !== undefined) return { reply, accepted: 0 };
    }
    const plain = await answer();
    if (plain === undefined) return { reply: { kind: "cut", answer: undefined }, accepted: 0 };
    const accepted = plain.accepted ?? 0;
    for (const effect of effects) {
      if (faultPhase(effect) !== "after") continue;
      const reply = await this.#apply(effect, plain, refuse);
      if (reply !== undefined) return { reply, accepted };
    }
    return { reply: { kind: "answer", answer: plain }, accepted };
  }

  /** Applies a fault. @returns the reply that replaces the normal one, or undefined to continue */
  async #apply(
    effect: FaultEffect,
    plain: ApiResponse | undefined,
    refuse: PipelineCall["refuse"],
  ): Promise<Reply | undefined> {
    switch (effect.kind) {
      case "error": {
        const { code, status, retryAfterSeconds } = effect;
        const error = new ApiError(code, {
          ...(status !== undefined && { status }),
          ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
        });
        return { kind: "answer", answer: refuse(error) };
      }
      case "status":
        return { kind: "answer", answer: withRateLimitHeaders(this.#api, proxyResponse(effect)) };
      case "garbage":
        return { kind: "answer", answer: withRateLimitHeaders(this.#api, garbageBytes) };
      case "lost":
        return { kind: "cut", answer: undefined };
      case "truncate":
        return { kind: "cut", answer: plain ?? withRateLimitHeaders(this.#api, garbageBytes) };
      case "delay":
        await sleep(effect.ms, undefined, { signal: this.#closing }).catch(() => undefined);
        // A delayed answer is dropped if the emulator stops first.
        return this.#closing.aborted ? { kind: "cut", answer: undefined } : undefined;
      case "hold":
        return (await effect.gate()) === "drop" ? { kind: "cut", answer: undefined } : undefined;
    }
  }

  #done(): void {
    this.#underWay -= 1;
    if (this.#underWay === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when no request is in flight, including those that their callers abandoned. */
  idle(): Promise<void> {
    return this.#underWay === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  #log(record: RequestRecord): void {
    this.requests.push(record);
    if (this.requests.length > keptRequests) this.requests.splice(0, keptRequests / 10);
    for (const listener of this.#listeners) listener(record);
  }

  /** Calls `listener` for each processed request, before its answer is sent. @returns a function that removes the listener */
  listen(listener: (record: RequestRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

const garbageBytes: ApiResponse = {
  status: 200,
  headers: { "content-type": "application/json" },
  body: '{"success": tru\u0000<<<',
};

function proxyResponse({ status, body = "html", retryAfterSeconds }: FaultEffect & { kind: "status" }): ApiResponse {
  const bodies = {
    html: { type: "text/html; charset=UTF-8", text: `<!DOCTYPE html><title>${status}</title><h1>Error ${status}</h1>` },
    null: { type: "application/json", text: "null" },
    empty: { type: "text/plain", text: "" },
  } as const;
  return {
    status,
    headers: {
      "content-type": bodies[body].type,
      ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
    },
    body: bodies[body].text,
  };
}
