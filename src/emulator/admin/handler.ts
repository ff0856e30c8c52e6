import { authenticate } from "../api/auth.ts";
import { eventStream, failure, success } from "../api/envelope.ts";
import type { Api } from "../api/handler.ts";
import type { ApiRequest, ApiResponse } from "../api/http.ts";
import { type Part, parseObject, readInteger, required, typeMismatch } from "../api/json.ts";
import { watchChanges } from "../broker/watch-changes.ts";
import type { AdjustableClock } from "../clock.ts";
import { ApiError } from "../errors.ts";
import type { Faults } from "../faults.ts";
import type { RequestRecord } from "../request-pipeline.ts";
import { readFault } from "./fault-spec.ts";
import { faultView, messagesView, requestView, stateView } from "./views.ts";

/** What the emulator's own calls control. */
export interface Admin {
  readonly api: Api;
  readonly faults: Faults;
  readonly requests: readonly RequestRecord[];
  /** undefined if the caller passed its own clock, which these calls cannot move. */
  readonly clock: AdjustableClock | undefined;
}

interface AdminCall extends Admin {
  readonly request: ApiRequest;
  /** The part of the path that matches `*`, or "". */
  readonly id: string;
}

/**
 * The emulator's own calls, by method and path below `/_emulator/`. They require the token, do not count towards the rate
 * limit, and are not affected by faults.
 */
const routes: Readonly<Record<string, (call: AdminCall) => ApiResponse>> = {
  "GET state": ({ api, faults, clock }) => success({ result: stateView(api, faults, clock) }),
  "GET events": (call) => eventStream((signal) => streamStates(call, signal)),
  "GET queues/*/messages": (call) => success({ result: messagesView(call.api, call.id, call.request.url) }),
  "GET requests": ({ requests, request }) => {
    const after = Number(request.url.searchParams.get("after") ?? 0);
    return success({ result: requests.filter(({ number }) => number > after).map(requestView) });
  },
  "GET faults": ({ faults }) => success({ result: faults.list().map(faultView) }),
  "POST faults": ({ faults, request }) => success({ result: { id: faults.add(readFault(parseObject(request.body))) } }),
  "DELETE faults": ({ faults }) => {
    faults.clear();
    return success({});
  },
  "DELETE faults/*": ({ faults, id }) => {
    if (!faults.remove(Number(id))) throw new ApiError(7003, { message: `fault ${id} does not exist` });
    return success({});
  },
  "POST clock": moveClock,
};

export function handleAdminRequest(admin: Admin, request: ApiRequest): ApiResponse {
  const { api } = admin;
  try {
    const permission = authenticate(request.headers, api.credentials);
    if (permission === "read" && request.method !== "GET") throw new ApiError(10001);
    const [kind, id, ...rest] = request.url.pathname.split("/").slice(2);
    const path = [kind, ...(id === undefined ? [] : ["*"]), ...rest].join("/");
    const route = routes[`${request.method} ${path}`];
    if (route === undefined)
      throw new ApiError(7003, { message: `${request.url.pathname} is not a call of the emulator` });
    const answer = route({ ...admin, request, id: id ?? "" });
    api.broker.commit();
    return answer;
  } catch (error) {
    if (error instanceof ApiError) return failure(error, api.statuses);
    throw error;
  }
}

async function* streamStates({ api, faults, clock }: AdminCall, signal: AbortSignal): AsyncGenerator<unknown> {
  const changed = watchChanges(api.broker, signal);
  yield stateView(api, faults, clock);
  for await (const _ of changed) yield stateView(api, faults, clock);
}

/** Moves the clock: `{"advance_ms": 60000}` jumps ahead, `{"speed": 60}` sets its speed. */
function moveClock({ api, clock, request, faults }: AdminCall): ApiResponse {
  if (clock === undefined)
    throw new ApiError(10001, { message: "this emulator uses a clock of its caller, which cannot be moved here" });
  const body: Part = { value: parseObject(request.body), pointer: "" };
  const speed = body.value.speed;
  if (speed !== undefined && !(typeof speed === "number" && speed > 0 && speed <= 1_000_000)) {
    throw typeMismatch("/speed", "must be a number above 0, at most 1,000,000");
  }
  const advance = readInteger(body, "advance_ms", 0, Number.MAX_SAFE_INTEGER);
  if (speed === undefined) required(body, "advance_ms", advance);
  else clock.setSpeed(speed);
  if (advance !== undefined) clock.advance(advance);
  api.broker.expireMessages();
  api.broker.notify();
  return success({ result: stateView(api, faults, clock) });
}
