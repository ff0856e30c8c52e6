import type { Broker } from "../broker/broker.ts";
import type { Queue } from "../broker/queue.ts";
import { ApiError, type ApiErrorCode, type StatusOverrides } from "../errors.ts";
import { authenticate, type Credentials } from "./auth.ts";
import type { ApiVariants, Call } from "./call.ts";
import { failure, type Outcome, success } from "./envelope.ts";
import type { ApiRequest, ApiResponse } from "./http.ts";
import type { RateLimiter } from "./rate-limit.ts";
import type { Target } from "./routes.ts";

export interface Api {
  readonly broker: Broker;
  readonly accountId: string;
  readonly credentials: Credentials;
  /** undefined for no limit and no rate limit headers. */
  readonly rateLimiter: RateLimiter | undefined;
  readonly variants: ApiVariants;
  readonly statuses: StatusOverrides;
}

/**
 * Answers a request as the API does. Never throws.
 *
 * @param target the result of `findRoute`
 */
export function handleRequest(api: Api, request: ApiRequest, target: Target | undefined): ApiResponse {
  try {
    if (!isFree(api, target)) api.rateLimiter?.take(request.address);
    const plain = respond(api, request, target);
    // Before the answer is sent: acknowledged changes must survive a crash.
    api.broker.commit();
    return withRateLimitHeaders(api, plain);
  } catch (error) {
    if (error instanceof ApiError) return errorResponse(api, error);
    // A bug in the emulator, or a full disk; production uses the same code for its own errors.
    console.error(error);
    return errorResponse(api, new ApiError(15000));
  }
}

/** Returns the answer to a request that is refused outside of the routes. */
export function errorResponse(api: Api, error: ApiError): ApiResponse {
  return withRateLimitHeaders(api, failure(error, api.statuses));
}

export function withRateLimitHeaders(api: Api, plain: ApiResponse): ApiResponse {
  if (api.rateLimiter === undefined) return plain;
  return { ...plain, headers: { ...api.rateLimiter.headers(), ...plain.headers } };
}

/** Reports whether the call is exempt from the limits. Source: Cloudflare's changelog of 17 April 2025. */
function isFree({ variants }: Api, target: Target | undefined): boolean {
  return !variants.countPulls && (target?.route.name === "pull" || target?.route.name === "ack");
}

function respond(api: Api, request: ApiRequest, target: Target | undefined): ApiResponse {
  if (target === undefined) throw noRoute(request);
  const permission = authenticate(request.headers, api.credentials);
  checkAccount(api, target, request);
  const { broker, variants } = api;
  const { route } = target;
  if (permission === "read" && request.method !== "GET") {
    throw new ApiError(route.on === "queue" && route.missing === 10104 ? 10106 : 10001);
  }
  const call = { broker, request, variants };
  try {
    return success(run(call, target));
  } catch (error) {
    throw route.malformed === undefined ? error : formatError(route.malformed, error);
  }
}

function run(call: Call, { route, queueId, itemId = "" }: Target): Outcome {
  if (route.on === "account") return route.run(call);
  if (route.on === "script") return route.run({ ...call, scriptName: decode(itemId) });
  if (route.on === "subscription") return route.run({ ...call, subscriptionId: itemId });
  const queue = findQueue(call.broker, queueId, route.missing);
  if (route.on === "queue") return route.run({ ...call, queue });
  return route.run({ ...call, queue, consumerId: itemId });
}

/** Percent-decodes a text; returns it unchanged if it is not a valid encoding. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Replaces the code of an error about a body: the routes report the same mistakes with different codes. */
function formatError(code: ApiErrorCode, error: unknown): unknown {
  const isBody = error instanceof ApiError && (error.code === 10207 || error.code === 10208);
  return isBody ? new ApiError(code, { ...error.details, message: error.message }) : error;
}

function noRoute(request: ApiRequest): ApiError {
  return new ApiError(7003, {
    message: `Could not route to ${request.url.pathname}, perhaps your object identifier is invalid?`,
    also: 7000,
  });
}

function checkAccount(api: Api, { accountId }: Target, request: ApiRequest): void {
  if (!/^[0-9a-f]{32}$/.test(accountId)) throw new ApiError(7000, { message: noRoute(request).message, also: 7003 });
  if (accountId !== api.accountId) throw new ApiError(9109);
}

function findQueue(broker: Broker, id: string | undefined, missing: 10104 | 11000): Queue {
  if (id === undefined || !/^[0-9A-Za-z]{1,32}$/.test(id)) throw new ApiError(10107);
  const queue = broker.byId(id);
  if (queue === undefined) throw new ApiError(missing);
  return queue;
}
