import { isTexts, type JsonObject } from "../../json-object.ts";
import { type AskAnswer, askStatuses, type HelloAnswer, type PushAnswer } from "../../producer/wire.ts";
import { parseMetrics } from "../envelope.ts";

/** Reads the answer to a push. @returns undefined if it is not valid */
export function parsePushAnswer(value: JsonObject): PushAnswer | undefined {
  const { state, ledger, code, message, repeated, in_doubt, maybe_twice } = value;
  if (state !== "accepted" && state !== "refused" && state !== "in_doubt") return undefined;
  if (typeof ledger !== "string" || typeof repeated !== "number") return undefined;
  if (!isTexts(in_doubt) || !isTexts(maybe_twice)) return undefined;
  return {
    version: 1,
    state,
    ledger,
    code: typeof code === "number" ? code : null,
    message: typeof message === "string" ? message : null,
    repeated,
    in_doubt,
    maybe_twice,
    metrics: parseMetrics(value.metrics) ?? null,
  };
}

/** Reads the answer to an ask. @param keys number of keys that were asked for */
export function parseAskAnswer(value: JsonObject, keys: number): AskAnswer | undefined {
  const { state, ledger, statuses, maybe_twice } = value;
  if (state !== "answered" || typeof ledger !== "string" || !isTexts(statuses) || !isTexts(maybe_twice)) {
    return undefined;
  }
  const known = statuses.flatMap((status) => askStatuses.find((each) => each === status) ?? []);
  if (known.length !== keys) return undefined;
  return { version: 1, state, ledger, statuses: known, maybe_twice };
}

/** Reads the answer to a hello. */
export function parseHelloAnswer({ state, code_digest, queues }: JsonObject): HelloAnswer | undefined {
  if (state !== "ready" || !isTexts(queues)) return undefined;
  return { version: 1, state, code_digest: typeof code_digest === "string" ? code_digest : null, queues };
}
