import { type ApiErrorCode, apiErrors } from "../../../src/emulator/errors.ts";
import type { FaultEffect, When } from "../../../src/emulator/faults.ts";

/** A fault that occurs when a push arrives at the emulator. */
export type FaultType = { readonly name: string } & (
  | { readonly kind: "fault"; readonly effect: FaultEffect; readonly times: number }
  /** Other clients use up the token's requests, and the account is blocked. */
  | { readonly kind: "crowd" }
  /** Connections are refused until the run is over. */
  | { readonly kind: "closed" }
  /** Open connections are reset immediately, the next ones as soon as they are made. */
  | { readonly kind: "reset"; readonly times: number }
  /** `kill -9` while the request waits, before or after it takes effect. */
  | { readonly kind: "kill"; readonly victims: readonly Victim[]; readonly when: When; readonly then: RunResult }
  /**
   * From this push to the end of the run. `slow`: each write of the state takes some time; `refused`: each fails, and Pulumi
   * makes ten attempts.
   */
  | { readonly kind: "state"; readonly how: "slow" | "refused" }
  /** `kill -9` of the CLI at its next write of the state, which fails, or at the second one that fails. */
  | { readonly kind: "kill_at_write"; readonly write: 1 | 2 }
  /** `pulumi cancel` during the run, which continues, and a second run in parallel. */
  | { readonly kind: "cancel" }
  /**
   * Only with the producer Worker: while the queue handles a batch, `kill`: its runtime is killed and started again; `reset`: the
   * ledgers' objects are.
   */
  | { readonly kind: "runtime"; readonly how: "kill" | "reset"; readonly when: When; readonly then: RunResult }
  /** A signal to the CLI immediately; `twice`: again after the CLI reported the first one. */
  | {
      readonly kind: "signal";
      readonly signal: "SIGINT" | "SIGTERM";
      readonly twice: boolean;
      readonly when: When;
      readonly then: RunResult;
    }
);

export type Victim = "cli" | "provider";

/** Result of the request that waited. */
export type RunResult = "go" | "drop";

const whens = ["before", "after"] as const;
const runResults = ["go", "drop"] as const;

/** Request timeout of the soak's copy of the program, in ms: the usual minute would make the rounds long. */
export const deadlineMs = 3_000;

const fault = (name: string, effect: FaultEffect, times = 1): FaultType => ({ kind: "fault", name, effect, times });

/** Codes after which it is unknown whether the queue has the messages. */
const unknownFate: readonly ApiErrorCode[] = [10201, 15000];

const codes = (Object.keys(apiErrors).map(Number) as ApiErrorCode[]).flatMap((code) =>
  whens
    .filter((when) => when === "before" || unknownFate.includes(code))
    .map((when) => {
      const wait = "retryAfterSeconds" in apiErrors[code] ? { retryAfterSeconds: 1 } : {};
      return fault(`code ${code} ${when}`, { kind: "error", code, when, ...wait });
    }),
);

const proxies = whens.flatMap((when) => [
  fault(`500 html ${when}`, { kind: "status", status: 500, body: "html", when }),
  fault(`502 html ${when}`, { kind: "status", status: 502, body: "html", when }),
  fault(`503 null ${when}`, { kind: "status", status: 503, body: "null", when }),
  fault(`504 empty ${when}`, { kind: "status", status: 504, body: "empty", when }),
  fault(`408 html ${when}`, { kind: "status", status: 408, body: "html", when }),
  fault(`200 html ${when}`, { kind: "status", status: 200, body: "html", when }),
  fault(`200 null ${when}`, { kind: "status", status: 200, body: "null", when }),
  fault(`garbage ${when}`, { kind: "garbage", when }),
  fault(`truncated ${when}`, { kind: "truncate", when }),
  fault(`lost ${when}`, { kind: "lost", when }),
  fault(`slow ${when}`, { kind: "delay", ms: 1_500, when }),
  fault(`too slow ${when}`, { kind: "delay", ms: deadlineMs + 1_500, when }),
]);

/** Never after acceptance: a server that refuses in this way has not accepted the messages. */
const refusals = [
  fault("403 html", { kind: "status", status: 403, body: "html" }),
  fault("429 null", { kind: "status", status: 429, body: "null", retryAfterSeconds: 1 }),
  fault("302 html", { kind: "status", status: 302, body: "html" }),
  fault("blocked for a while", { kind: "error", code: 971, retryAfterSeconds: 1 }, 5),
  fault("overloaded for a while", { kind: "error", code: 10250, retryAfterSeconds: 1 }, 3),
];

const network: FaultType[] = [
  { kind: "crowd", name: "token used up by others" },
  { kind: "closed", name: "port closed" },
  { kind: "reset", name: "connections reset", times: 3 },
];

const victims: readonly (readonly Victim[])[] = [["cli"], ["provider"], ["cli", "provider"]];

const kills = victims.flatMap((each) =>
  whens.flatMap((when) =>
    runResults.map(
      (then): FaultType => ({
        kind: "kill",
        name: `kill ${each.join(" and ")} ${when}, ${then}`,
        victims: each,
        when,
        then,
      }),
    ),
  ),
);

const signals = (["SIGINT", "SIGTERM"] as const).flatMap((signal) =>
  [false, true].flatMap((twice) =>
    whens.flatMap((when) =>
      runResults.map((then): FaultType => {
        const name = `${signal}${twice ? " twice" : ""} ${when}, ${then}`;
        return { kind: "signal", name, signal, twice, when, then };
      }),
    ),
  ),
);

const states: readonly FaultType[] = [
  { kind: "state", name: "state slow", how: "slow" },
  { kind: "state", name: "state refused", how: "refused" },
  { kind: "kill_at_write", name: "kill cli at a write of the state", write: 1 },
  { kind: "kill_at_write", name: "kill cli when the state was refused", write: 2 },
  { kind: "cancel", name: "cancel during the run" },
];

/** Faults of the runtime of the producer Worker. */
export const runtimeFaults: readonly FaultType[] = (["kill", "reset"] as const).flatMap((how) =>
  whens.flatMap((when) =>
    runResults.map((then): FaultType => {
      const name = `${how === "kill" ? "kill workerd" : "object reset"} ${when}, ${then}`;
      return { kind: "runtime", name, how, when, then };
    }),
  ),
);

/** Fault types by family, so that a schedule contains enough of the rarer ones. */
export const faultTypes = {
  faults: [...codes, ...proxies, ...refusals, ...network],
  ends: [...kills, ...signals],
  states,
} as const satisfies Record<string, readonly FaultType[]>;
