import type { TrafficRoute } from "./api/routes.ts";
import type { ApiErrorCode } from "./errors.ts";

/** Before or after the request has its effect. */
export type When = "before" | "after";

/** What happens to a request instead of, or in addition to, its normal answer. */
export type FaultEffect =
  /** The API's own error. Default: before. */
  | {
      readonly kind: "error";
      readonly code: ApiErrorCode;
      readonly status?: number;
      readonly retryAfterSeconds?: number;
      readonly when?: When;
    }
  /** The answer of a proxy: any status with a body that is not an envelope. Default: a page of HTML, before. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly body?: "html" | "null" | "empty";
      readonly retryAfterSeconds?: number;
      readonly when?: When;
    }
  /** The connection ends without an answer. */
  | { readonly kind: "lost"; readonly when: When }
  /** Delays the answer by real milliseconds. Default: before. */
  | { readonly kind: "delay"; readonly ms: number; readonly when?: When }
  /** Half of the answer, then the connection ends. Default: after. */
  | { readonly kind: "truncate"; readonly when?: When }
  /** 200 with a body that is not JSON. Default: after. */
  | { readonly kind: "garbage"; readonly when?: When }
  /** The request waits until the test releases or drops it. */
  | { readonly kind: "hold"; readonly when: When; readonly gate: () => Promise<"go" | "drop"> };

/** The requests that a fault applies to; absent fields match all. */
export interface FaultMatch {
  readonly method?: string;
  readonly route?: TrafficRoute | "any";
  /** Name or id. */
  readonly queue?: string;
}

export interface Fault {
  readonly match?: FaultMatch;
  readonly effect: FaultEffect;
  /** Skips this many matching requests first. */
  readonly skip?: number;
  /** Only every nth of the matching requests. */
  readonly every?: number;
  /** Only this share of the matching requests, 0 to 1, selected by `seed`. */
  readonly share?: number;
  readonly seed?: number;
  /** Stop after this many. */
  readonly times?: number;
}

/** The properties of a request that a fault can match. */
export interface FaultSubject {
  readonly method: string;
  readonly route: TrafficRoute | undefined;
  readonly queueId: string | undefined;
  readonly queueName: string | undefined;
}

export interface ActiveFault {
  readonly id: number;
  readonly fault: Fault;
  /** The number of matching requests. */
  seen: number;
  hits: number;
}

/** The active faults. */
export class Faults {
  readonly #active = new Map<number, ActiveFault & { readonly random: () => number }>();
  #nextId = 1;

  /** Adds a fault. @returns its number, for `remove` */
  add(fault: Fault): number {
    const id = this.#nextId++;
    this.#active.set(id, { id, fault, seen: 0, hits: 0, random: seededRandom(fault.seed ?? 1) });
    return id;
  }

  remove(id: number): boolean {
    return this.#active.delete(id);
  }

  clear(): void {
    this.#active.clear();
  }

  list(): ActiveFault[] {
    return [...this.#active.values()].map(({ id, fault, seen, hits }) => ({ id, fault, seen, hits }));
  }

  /** Returns the effects on this request, in the order in which the faults were added. */
  apply(subject: FaultSubject): FaultEffect[] {
    const effects: FaultEffect[] = [];
    for (const active of this.#active.values()) {
      const { fault } = active;
      if (!matches(fault.match ?? {}, subject)) continue;
      active.seen += 1;
      const turn = active.seen - (fault.skip ?? 0);
      if (turn <= 0 || turn % (fault.every ?? 1) !== 0) continue;
      if (fault.share !== undefined && active.random() >= fault.share) continue;
      active.hits += 1;
      if (active.hits === fault.times) this.#active.delete(active.id);
      effects.push(fault.effect);
    }
    return effects;
  }
}

/** Returns when an effect takes place. */
export function faultPhase(effect: FaultEffect): When {
  switch (effect.kind) {
    case "error":
    case "status":
    case "delay":
      return effect.when ?? "before";
    case "truncate":
    case "garbage":
      return effect.when ?? "after";
    case "lost":
    case "hold":
      return effect.when;
  }
}

function matches(match: FaultMatch, subject: FaultSubject): boolean {
  return (
    (match.method === undefined || match.method === subject.method) &&
    (match.route === undefined || match.route === "any" || match.route === subject.route) &&
    (match.queue === undefined || match.queue === subject.queueId || match.queue === subject.queueName)
  );
}

/** Mulberry32: the same seed selects the same requests in every run. Not for secrets. */
function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
