import type { Journal } from "../push/index.ts";
import type { Wire } from "./connect.ts";
import type { Ports } from "./ports.ts";
import { type Repair, readRepair } from "./repair.ts";

/** What the deliveries of one process share. */
export interface Session {
  readonly ports: Ports;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Made when a call needs it: a run that pushes nothing needs no credentials. @throws Refusal for unusable settings */
  readonly wire: () => Promise<Wire>;
  /** What the run does to ledgers instead of pushing; undefined: it pushes. @throws Refusal when it cannot be read */
  readonly repair: Repair | undefined;
  readonly journals: OpenJournals;
  /** Deployments of manifests of which messages were pushed before this run. */
  readonly begun: Set<string>;
}

/** Milliseconds in which the engine writes down what a delivery came to. A run that ends by itself takes longer to end. */
const writtenAfterMs = 30;

/**
 * The journals of one process, which go once the engine's state holds what they hold. The engine asks to cancel at the end of
 * every run, when its state is written, but on the first SIGINT or SIGTERM too; then a second one may end it before it has
 * written what it was told last. A journal that stays does no harm: once the state has moved on from where it began, it is
 * out of date.
 */
export class OpenJournals {
  readonly #now: () => number;
  readonly #ended = new Map<Journal, number>();
  #underWay = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  began(): void {
    this.#underWay += 1;
  }

  /** @param kept whether the engine was told what the delivery came to */
  ended(journal: Journal, kept: boolean): void {
    this.#underWay -= 1;
    if (kept) this.#ended.set(journal, this.#now());
  }

  cancelled(): void {
    if (this.#underWay > 0) return;
    for (const [journal, at] of this.#ended) if (this.#now() - at >= writtenAfterMs) journal.drop();
  }
}

/** For one process, which makes one deployment. */
export function openSession(ports: Ports): Session {
  let connected: Promise<Wire> | undefined;
  const journals = new OpenJournals(() => ports.clock.elapsed());
  ports.cancelled.addEventListener("abort", () => journals.cancelled());
  return {
    ports,
    startedAt: new Date(ports.clock.now()).toISOString(),
    wire() {
      connected ??= import("./connect.ts").then(({ connect }) => connect(ports));
      return connected;
    },
    get repair() {
      return readRepair(ports.env.QUEUE_SEEDER_REPAIR);
    },
    journals,
    begun: new Set(),
  };
}
