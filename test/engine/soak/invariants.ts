import type { InDoubtPolicy } from "../../../src/types.ts";

/** A broken guarantee. */
export interface Finding {
  readonly manifest: string;
  readonly what: string;
  readonly keys: readonly string[];
}

/** A manifest whose messages have to be in the queue. */
export interface Claim {
  readonly manifest: string;
  readonly inDoubt: InDoubtPolicy;
  readonly keys: readonly string[];
}

/**
 * Compares the guarantees with the content of the queue. Pure.
 *
 * @param arrived how often each message arrived, by its key
 * @param reported keys of messages that a run reported as in doubt or as possible duplicates
 */
export function checkInvariants(
  claims: readonly Claim[],
  arrived: ReadonlyMap<string, number>,
  reported: ReadonlySet<string>,
): Finding[] {
  const times = (key: string) => arrived.get(key) ?? 0;
  return claims.flatMap(({ manifest, inDoubt, keys }) => {
    const lost = keys.filter((key) => times(key) === 0);
    const twice = keys.filter((key) => times(key) > 1);
    const untold = twice.filter((key) => !reported.has(key));
    const finding = (what: string, which: readonly string[]): Finding[] =>
      which.length === 0 ? [] : [{ manifest, what, keys: which }];
    return [
      ...finding("lost", lost),
      ...(inDoubt === "stop"
        ? finding("twice in spite of in_doubt: stop", twice)
        : finding("twice, and no run reported it", untold)),
    ];
  });
}

/**
 * Returns what must not happen while only the connections to the Worker are cut: a message that is there twice, or that a run
 * reports as possibly there twice, or that a user has to settle. Pure.
 */
export function checkCertainty(
  doubled: ReadonlySet<string>,
  suspected: ReadonlySet<string>,
  settled: number,
): Finding[] {
  const found = [
    ["twice, although only connections were cut", [...doubled]],
    ["reported as possibly twice, although only connections were cut", [...suspected]],
    ["in doubt, although only connections were cut", Array.from({ length: settled }, () => "a message")],
  ] as const;
  return found.flatMap(([what, keys]) => (keys.length === 0 ? [] : [{ manifest: "all", what, keys }]));
}

export function findingText({ manifest, what, keys }: Finding): string {
  const more = keys.length > 5 ? ` and ${keys.length - 5} more` : "";
  return `${manifest}: ${keys.length} ${what}: ${keys.slice(0, 5).join(", ")}${more}`;
}
