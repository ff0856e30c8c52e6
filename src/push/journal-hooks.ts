import type { Batch } from "../types.ts";
import type { EntryOutcome, Journal } from "./journal/types.ts";
import type { PushRun } from "./types.ts";

/**
 * Returns the hooks of a run that keep its journal accurate. A line is written before the first request of a message, and one for
 * its outcome. Another line records a refusal, because the retry may be minutes away, and a line like the first one precedes the
 * retry. Messages in doubt stay so: if they are resent, or split, they have no further line until their outcome. After the line
 * and before each request, the hooks check that no other run took over the journal; one that did has read the line.
 *
 * @param keyOf returns the ledger's key of the message at an index of its manifest
 */
export function journalHooks(
  journal: Journal,
  keyOf: (index: number) => string,
): Required<Pick<PushRun, "before" | "onRefusal" | "onOutcome">> {
  const inFlight = new Set<number>();
  const indices = (batch: Batch) => batch.map(({ index }) => index);
  const recordOutcome = async (state: EntryOutcome, batch: Batch) => {
    const known = indices(batch).filter((index) => inFlight.delete(index));
    if (known.length > 0) await journal.recordOutcome(state, known);
  };
  return {
    async before(batch) {
      const fresh = indices(batch).filter((index) => !inFlight.has(index));
      if (fresh.length > 0) {
        await journal.recordSending(fresh.map((at) => ({ at, key: keyOf(at) })));
        for (const index of fresh) inFlight.add(index);
      }
      await journal.assertOwned();
    },
    onRefusal: (batch) => recordOutcome("notSent", batch),
    onOutcome: (outcome) =>
      recordOutcome(
        outcome.state === "pushed" && outcome.possibleDuplicate ? "possibleDuplicates" : outcome.state,
        outcome.batch,
      ),
  };
}
