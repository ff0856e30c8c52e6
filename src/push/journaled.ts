import type { Batch } from "../types.ts";
import type { Journal } from "./journal.ts";
import type { PushRun } from "./types.ts";

/**
 * What a run has to do so that its journal is true: a line before the first request that has a message, and one for its
 * outcome. Requests that are repeated, or are halves of another, change nothing of what is known.
 *
 * @param keyOf what the ledger keeps of the message at that index of its manifest
 */
export function journaled(
  journal: Journal,
  keyOf: (index: number) => string,
): Required<Pick<PushRun, "before" | "onOutcome">> {
  const underWay = new Set<number>();
  const indices = (batch: Batch) => batch.map(({ index }) => index);
  return {
    async before(batch) {
      const fresh = indices(batch).filter((index) => !underWay.has(index));
      if (fresh.length === 0) return;
      await journal.sending(fresh.map((at) => ({ at, key: keyOf(at) })));
      for (const index of fresh) underWay.add(index);
    },
    async onOutcome(outcome) {
      const known = indices(outcome.batch).filter((index) => underWay.delete(index));
      const state = outcome.state === "pushed" && outcome.mayBeTwice ? "maybe_twice" : outcome.state;
      if (known.length > 0) await journal.settled(state, known);
    },
  };
}
