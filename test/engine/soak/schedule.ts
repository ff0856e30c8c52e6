import type { InDoubtPolicy } from "../../../src/types.ts";
import { type FaultType, faultTypes, runtimeFaults } from "./fault-types.ts";
import { type Random, seeded } from "./random.ts";

/** Everything that happens to a stack, drawn from the seed. */
export interface Schedule {
  readonly seed: number;
  readonly manifests: readonly ManifestPlan[];
  readonly rounds: readonly Round[];
}

export interface ManifestPlan {
  readonly name: string;
  readonly inDoubt: InDoubtPolicy;
  /** `inline`: the messages are replaced in each round. `rows`: the data file grows. */
  readonly kind: "inline" | "rows";
}

/** New messages, and runs of `pulumi up` with faults, until one succeeds. */
export interface Round {
  readonly number: number;
  readonly additions: readonly Addition[];
  /** The faults of the first run, the second and so on; the runs after the last entry have none. */
  readonly runs: readonly (readonly PlannedFault[])[];
  /** The change that a user makes before the first run. */
  readonly change: Change | undefined;
  /** Whether the stack is destroyed after the first run, whatever its result. Everything is then pushed again. */
  readonly isDestroyed: boolean;
}

/**
 * `queue`: the manifests push to the other queue. `rename`: a manifest gets a new name. `stack_rename`: the stack does.
 * `taint`: Pulumi is made to replace the segments of a manifest.
 */
export type Change =
  | { readonly kind: "queue" | "stack_rename" }
  | { readonly kind: "rename" | "taint"; readonly manifest: string };

export interface Addition {
  readonly manifest: string;
  readonly messages: number;
  /** Number of characters that make a body larger. */
  readonly padding: number;
  /** Whether the messages of an inline manifest have ids. */
  readonly ids: boolean;
}

/** A fault, and the 0-based index of the push that it strikes. */
export interface PlannedFault {
  readonly push: number;
  readonly fault: FaultType;
}

const manifests: readonly ManifestPlan[] = (["resend", "stop"] as const).flatMap((inDoubt) =>
  (["inline", "rows"] as const).map((kind) => ({ name: `${kind}-${inDoubt}`, inDoubt, kind })),
);

/** With small bodies the count fills a batch, with large ones the bytes. */
const sizes = [
  { padding: 0, most: 400 },
  { padding: 2_000, most: 120 },
  { padding: 25_000, most: 20 },
] as const;

/**
 * Draws a schedule.
 *
 * @param length number of rounds
 * @param withRuntime whether faults of the Worker's runtime are added; the rest is the same without them
 */
export function draw(seed: number, length: number, withRuntime = false): Schedule {
  const random = seeded(seed);
  const decks = {
    faults: deckOf(random, faultTypes.faults),
    ends: deckOf(random, faultTypes.ends),
    states: deckOf(random, faultTypes.states),
  };
  const rounds = Array.from({ length }, (_, number) => {
    const additions = random
      .shuffled(manifests)
      .slice(0, random.between(1, 2))
      .map(({ name }) => addition(random, name));
    // Two fifths of the faults end a process; one of these, or one of the state, is enough per run.
    const runs = Array.from({ length: random.int(8) === 0 ? 2 : 1 }, () => {
      const faults = Array.from({ length: random.int(3) }, () => decks.faults());
      const end = () => (random.int(3) === 0 ? decks.states() : decks.ends());
      const all = faults.length === 0 || random.int(3) > 0 ? [...faults, end()] : faults;
      return all.map((fault) => ({ push: random.int(random.pick([1, 3, 8])), fault })).sort((a, b) => a.push - b.push);
    });
    const change = number > 0 && random.int(3) === 0 ? changeOf(random) : undefined;
    return { number, additions, runs, change, isDestroyed: random.int(10) === 0 };
  });
  return { seed, manifests, rounds: withRuntime ? addRuntimeFaults(rounds, seeded(seed + 1)) : rounds };
}

/** Adds a fault of the runtime to two thirds of the runs. */
function addRuntimeFaults(rounds: readonly Round[], random: Random): Round[] {
  const deck = deckOf(random, runtimeFaults);
  return rounds.map((round) => ({
    ...round,
    runs: round.runs.map((faults) =>
      random.int(3) === 0 ? faults : [...faults, { push: random.int(3), fault: deck() }],
    ),
  }));
}

function changeOf(random: Random): Change {
  const kind = random.pick(["queue", "rename", "stack_rename", "taint"] as const);
  return kind === "rename" || kind === "taint" ? { kind, manifest: random.pick(manifests).name } : { kind };
}

function addition(random: Random, manifest: string): Addition {
  const { padding, most } = random.pick(sizes);
  // A single message is pushed to another endpoint.
  const few = random.int(6) === 0;
  return {
    manifest,
    padding,
    messages: few ? random.between(1, 3) : random.between(Math.ceil(most / 4), most),
    ids: random.int(2) === 0,
  };
}

/** Deals every fault once before any is repeated. */
function deckOf(random: Random, all: readonly FaultType[]): () => FaultType {
  let deck: FaultType[] = [];
  return () => {
    if (deck.length === 0) deck = random.shuffled(all);
    return deck.pop() as FaultType;
  };
}
