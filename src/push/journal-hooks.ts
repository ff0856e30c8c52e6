import type { Batch } from "../types.ts";
import type { EntryOutcome, Journal } from "./journal.ts";
import type { PushRun } from "./types.ts";

/**
 * What a run has to do so that its journal is true: a line before the first request that has a message, and one for its
 * outcome. One more says that the request was refused, since the next one may be minutes away, and a line like the first
 * comes before that. What is in doubt stays so: sent again, or in halves, it has no line until its outcome. Behind the line,
 * and before each request, it makes sure that no other run has taken the journal over: that one has read the line then.
 *
 * @param keyOf what the ledger keeps of the message at that index of its manifest
 */
export function journalHooks(
  journal: Journal,
  keyOf: (index: number) => string,
): Required<Pick<PushRun, "before" | "onRefusal" | "onOutcome">> {
  const underWay = new Set<number>();
  const indices = (batch: Batch) => batch.map(({ index }) => index);
  const settle = async (state: EntryOutcome, batch: Batch) => {
    const known = indices(batch).filter((index) => underWay.delete(index));
    if (known.length > 0) await journal.settled(state, known);
  };
  return {
    async before(batch) {
      const fresh = indices(batch).filter((index) => !underWay.has(index));
      if (fresh.length > 0) {
        await journal.sending(fresh.map((at) => ({ at, key: keyOf(at) })));
        for (const index of fresh) underWay.add(index);
      }
      await journal.assertOwned();
    },
    onRefusal: (batch) => settle("not_sent", batch),
    onOutcome: (outcome) =>
      settle(outcome.state === "pushed" && outcome.possibleDuplicate ? "maybe_twice" : outcome.state, outcome.batch),
  };
}
