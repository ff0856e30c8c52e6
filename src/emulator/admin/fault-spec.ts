import {
  flagError,
  isObject,
  type JsonObject,
  type Part,
  parseScalar,
  present,
  readInteger,
  readOneOf,
  readPart,
  readString,
  required,
  typeMismatch,
} from "../api/json.ts";
import { trafficRoutes } from "../api/routes.ts";
import { isApiErrorCode } from "../errors.ts";
import type { Fault, FaultEffect, FaultMatch } from "../faults.ts";

/** The fields of each kind of effect; the first is the value after `=` in a flag. */
const effectFields = {
  error: ["code", "status", "retry_after_seconds", "when"],
  status: ["status", "body", "retry_after_seconds", "when"],
  lost: ["when"],
  delay: ["ms", "when"],
  truncate: ["when"],
  garbage: ["when"],
} as const satisfies Record<Exclude<FaultEffect["kind"], "hold">, readonly string[]>;

const kinds = Object.keys(effectFields) as (keyof typeof effectFields)[];
const matchFields = ["method", "route", "queue"];
const faultFields = ["skip", "every", "share", "seed", "times"];
const whens = ["before", "after"] as const;
const longest = 2 ** 31 - 1;

/**
 * Reads a fault from a JSON value.
 *
 * @throws ApiError 10207 with the pointer and the requirement if the value is not a fault
 */
export function readFault(value: unknown): Fault {
  if (!isObject(value)) throw typeMismatch("", "must be an object");
  const part: Part = { value, pointer: "" };
  checkNames(part, ["match", "effect", ...faultFields]);
  const share = value.share;
  if (share !== undefined && !(typeof share === "number" && share >= 0 && share <= 1)) {
    throw typeMismatch("/share", "must be a number from 0 to 1");
  }
  return {
    match: readMatch(readPart(part, "match")),
    effect: readEffect(readPart(part, "effect")),
    ...present("skip", readInteger(part, "skip", 0, longest)),
    ...present("every", readInteger(part, "every", 1, longest)),
    ...present("share", share),
    ...present("seed", readInteger(part, "seed", 0, longest)),
    ...present("times", readInteger(part, "times", 1, longest)),
  };
}

/**
 * Parses a fault from a flag: `error=10250,every=3,route=push`, `lost=after,times=1`, `delay=500,share=0.1`,
 * `status=502,body=html`, `truncate`, `garbage`.
 *
 * @throws Error that quotes the flag and names the invalid part
 */
export function parseFault(line: string): Fault {
  try {
    return readFault(parseLine(line));
  } catch (error) {
    throw flagError(`--fault ${line}`, error);
  }
}

function parseLine(line: string): JsonObject {
  const [[name = "", main] = [], ...rest] = line.split(",").map((part) => part.split("=", 2));
  const kind = kinds.find((one) => one === name);
  if (kind === undefined) throw typeMismatch("/effect/kind", `must be one of ${kinds.join(", ")}`);
  const effect: Record<string, unknown> = { kind, [effectFields[kind][0]]: parseScalar(main) };
  const match: Record<string, unknown> = {};
  const fault: Record<string, unknown> = { effect, match };
  for (const [field = "", value] of rest) {
    if (matchFields.includes(field)) match[field] = value;
    else if (faultFields.includes(field)) fault[field] = parseScalar(value);
    else effect[field] = parseScalar(value);
  }
  return fault;
}

function readEffect(part: Part): FaultEffect {
  const kind = required(part, "kind", readOneOf(part, "kind", kinds));
  checkNames(part, ["kind", ...effectFields[kind]]);
  const when = readOneOf(part, "when", whens);
  const status = readInteger(part, "status", 200, 599);
  const retryAfterSeconds = readInteger(part, "retry_after_seconds", 0, longest);
  switch (kind) {
    case "error": {
      const code = required(part, "code", readInteger(part, "code", 0, longest));
      if (!isApiErrorCode(code)) throw typeMismatch(`${part.pointer}/code`, "must be one of the API's error codes");
      return {
        kind,
        code,
        ...present("status", status),
        ...present("retryAfterSeconds", retryAfterSeconds),
        ...present("when", when),
      };
    }
    case "status":
      return {
        kind,
        status: required(part, "status", status),
        ...present("body", readOneOf(part, "body", ["html", "null", "empty"])),
        ...present("retryAfterSeconds", retryAfterSeconds),
        ...present("when", when),
      };
    case "lost":
      return { kind, when: required(part, "when", when) };
    case "delay":
      return { kind, ms: required(part, "ms", readInteger(part, "ms", 0, longest)), ...present("when", when) };
    case "truncate":
    case "garbage":
      return { kind, ...present("when", when) };
  }
}

function readMatch(part: Part): FaultMatch {
  checkNames(part, matchFields);
  return {
    ...present("method", readString(part, "method")?.toUpperCase()),
    ...present("route", readOneOf(part, "route", ["any", ...trafficRoutes])),
    ...present("queue", readString(part, "queue")),
  };
}

/** Refuses unknown names: a misspelled one would turn on a fault with another effect than intended. */
function checkNames(part: Part, allowed: readonly string[]): void {
  const unknown = Object.keys(part.value).find((name) => !allowed.includes(name));
  if (unknown === undefined) return;
  throw typeMismatch(`${part.pointer}/${unknown}`, `is unknown; allowed are ${allowed.join(", ")}`);
}
