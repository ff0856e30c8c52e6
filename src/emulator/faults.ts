import type { RouteName } from "./api/routes.ts";
import type { ApiErrorCode } from "./errors.ts";

/** Before the request had its effect, or after. */
export type When = "before" | "after";

/** What happens to a request instead of, or besides, its ordinary answer. */
export type FaultEffect =
  /** The API's own error. Default: before. */
  | {
      readonly kind: "error";
      readonly code: ApiErrorCode;
      readonly status?: number;
      readonly retryAfterSeconds?: number;
      readonly when?: When;
    }
  /** A proxy's answer: any status with a body that is no envelope. Default: a page of HTML, before. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly body?: "html" | "null" | "empty";
      readonly retryAfterSeconds?: number;
      readonly when?: When;
    }
  /** The connection ends without an answer. */
  | { readonly kind: "lost"; readonly when: When }
  /** The answer takes this much longer, in real milliseconds. Default: before. */
  | { readonly kind: "delay"; readonly ms: number; readonly when?: When }
  /** Half of the answer, then the connection ends. Default: after. */
  | { readonly kind: "truncate"; readonly when?: When }
  /** 200 with a body that is not JSON. Default: after. */
  | { readonly kind: "garbage"; readonly when?: When }
  /** The request waits until the test lets it go on, or drops it. */
  | { readonly kind: "hold"; readonly when: When; readonly gate: () => Promise<"go" | "drop"> };

/** Which requests a fault is for; what is absent matches all. */
export interface FaultMatch {
  readonly method?: string;
  readonly route?: RouteName | "any";
  /** Name or id. */
  readonly queue?: string;
}

export interface Fault {
  readonly match?: FaultMatch;
  readonly effect: FaultEffect;
  /** Leave this many matching requests alone first. */
  readonly skip?: number;
  /** Only every nth of the matching requests. */
  readonly every?: number;
  /** Only this share of the matching requests, 0 to 1, drawn by `seed`. */
  readonly share?: number;
  readonly seed?: number;
  /** Stop after this many. */
  readonly times?: number;
}

/** What a fault can match on. */
export interface FaultSubject {
  readonly method: string;
  readonly route: RouteName | undefined;
  readonly queueId: string | undefined;
  readonly queueName: string | undefined;
}

export interface ActiveFault {
  readonly id: number;
  readonly fault: Fault;
  /** Matching requests, and those of them that were struck. */
  seen: number;
  struck: number;
}

/** The faults that are switched on. */
export class Faults {
  readonly #active = new Map<number, ActiveFault & { readonly random: () => number }>();
  #nextId = 1;

  /** @returns a number for `remove` */
  add(fault: Fault): number {
    const id = this.#nextId++;
    this.#active.set(id, { id, fault, seen: 0, struck: 0, random: seededRandom(fault.seed ?? 1) });
    return id;
  }

  remove(id: number): boolean {
    return this.#active.delete(id);
  }

  clear(): void {
    this.#active.clear();
  }

  list(): ActiveFault[] {
    return [...this.#active.values()].map(({ id, fault, seen, struck }) => ({ id, fault, seen, struck }));
  }

  /** The effects on this request, in the order in which the faults were added. */
  strike(subject: FaultSubject): FaultEffect[] {
    const effects: FaultEffect[] = [];
    for (const active of this.#active.values()) {
      const { fault } = active;
      if (!matches(fault.match ?? {}, subject)) continue;
      active.seen += 1;
      const turn = active.seen - (fault.skip ?? 0);
      if (turn <= 0 || turn % (fault.every ?? 1) !== 0) continue;
      if (fault.share !== undefined && active.random() >= fault.share) continue;
      active.struck += 1;
      if (active.struck === fault.times) this.#active.delete(active.id);
      effects.push(fault.effect);
    }
    return effects;
  }
}

/** When an effect takes place. */
export function phaseOf(effect: FaultEffect): When {
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

/** Mulberry32: the same seed strikes the same requests in every run. Not for secrets. */
function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
