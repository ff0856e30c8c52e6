import type { InDoubtPolicy } from "../../../src/types.ts";
import { type FaultType, faultTypes } from "./fault-types.ts";
import { type Random, seeded } from "./random.ts";

/** What happens to a stack in its life: everything is drawn from the seed. */
export interface Schedule {
  readonly seed: number;
  readonly manifests: readonly ManifestPlan[];
  readonly rounds: readonly Round[];
}

export interface ManifestPlan {
  readonly name: string;
  readonly inDoubt: InDoubtPolicy;
  /** A manifest's own messages are other ones in each round; a data file grows. */
  readonly kind: "inline" | "rows";
}

/** New messages, and runs of `pulumi up` that go wrong, until one goes right. */
export interface Round {
  readonly number: number;
  readonly additions: readonly Addition[];
  /** What happens during the first run, the second and so on; nothing happens during those after the last. */
  readonly runs: readonly (readonly PlannedFault[])[];
  /** What people change before the first run. */
  readonly change: Change | undefined;
  /** The stack is destroyed after the first run, whatever came of it: everything goes again. */
  readonly isDestroyed: boolean;
}

/**
 * `queue`: the manifests are pointed at the other queue. `rename`: a manifest gets another name. `stack_rename`: the stack does.
 * `taint`: Pulumi is told to replace the segments of a manifest.
 */
export type Change =
  | { readonly kind: "queue" | "stack_rename" }
  | { readonly kind: "rename" | "taint"; readonly manifest: string };

export interface Addition {
  readonly manifest: string;
  readonly messages: number;
  /** Characters that make a body larger. */
  readonly padding: number;
  /** Whether the messages of an inline manifest have ids. */
  readonly ids: boolean;
}

/** A strike, and which push of the run it hits, from 0. */
export interface PlannedFault {
  readonly push: number;
  readonly fault: FaultType;
}

const manifests: readonly ManifestPlan[] = (["resend", "stop"] as const).flatMap((inDoubt) =>
  (["inline", "rows"] as const).map((kind) => ({ name: `${kind}-${inDoubt}`, inDoubt, kind })),
);

/** Small bodies fill a batch by their number, large ones by their bytes. */
const sizes = [
  { padding: 0, most: 400 },
  { padding: 2_000, most: 120 },
  { padding: 25_000, most: 20 },
] as const;

/** @param length number of rounds */
export function draw(seed: number, length: number): Schedule {
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
    // Two fifths of the strikes end a process; of these, or of those at the state, one a run is enough.
    const runs = Array.from({ length: random.int(8) === 0 ? 2 : 1 }, () => {
      const faults = Array.from({ length: random.int(3) }, () => decks.faults());
      const end = () => (random.int(3) === 0 ? decks.states() : decks.ends());
      const all = faults.length === 0 || random.int(3) > 0 ? [...faults, end()] : faults;
      return all.map((fault) => ({ push: random.int(random.pick([1, 3, 8])), fault })).sort((a, b) => a.push - b.push);
    });
    const change = number > 0 && random.int(3) === 0 ? changeOf(random) : undefined;
    return { number, additions, runs, change, isDestroyed: random.int(10) === 0 };
  });
  return { seed, manifests, rounds };
}

function changeOf(random: Random): Change {
  const kind = random.pick(["queue", "rename", "stack_rename", "taint"] as const);
  return kind === "rename" || kind === "taint" ? { kind, manifest: random.pick(manifests).name } : { kind };
}

function addition(random: Random, manifest: string): Addition {
  const { padding, most } = random.pick(sizes);
  // A request with one message goes to another address.
  const few = random.int(6) === 0;
  return {
    manifest,
    padding,
    messages: few ? random.between(1, 3) : random.between(Math.ceil(most / 4), most),
    ids: random.int(2) === 0,
  };
}

/** Deals every strike once before any comes again. */
function deckOf(random: Random, all: readonly FaultType[]): () => FaultType {
  let deck: FaultType[] = [];
  return () => {
    if (deck.length === 0) deck = random.shuffled(all);
    return deck.pop() as FaultType;
  };
}
