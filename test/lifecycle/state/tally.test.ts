import { expect, it } from "vitest";
import type { SegmentLedger } from "../../../src/lifecycle/ledger/types.ts";
import { RunTally } from "../../../src/lifecycle/state/tally.ts";
import type { BatchOutcome } from "../../../src/push/index.ts";
import { batches, failure } from "../../push/fakes.ts";

/** A segment of three messages, of which an earlier run left those in doubt. */
function tallyOf(inDoubt: readonly number[]): RunTally {
  const decision = { alreadyPushed: [], inDoubt } as unknown as SegmentLedger["decision"];
  const labelOf = (index: number) => `m${index}`;
  return new RunTally({ decision, possiblyDuplicated: [], labelOf } as unknown as SegmentLedger, false);
}

const inDoubt = (possibleDuplicate: boolean): BatchOutcome => {
  const [batch = []] = batches(1);
  return { state: "inDoubt", batch, failure: failure("unknown_outcome"), possibleDuplicate };
};

it.each([
  ["one lost answer", [], false, false],
  ["several lost answers", [], true, true],
  ["a lost answer, after one of an earlier run", [0], false, true],
  ["a lost answer, after one of an earlier run for another message", [1], false, false],
] as const)(
  "names a message in doubt as a possible duplicate if it may have arrived twice: %s",
  (_, before, several, isNamed) => {
    const tally = tallyOf(before);
    const outcome = inDoubt(several);
    tally.add(outcome);
    const labels = outcome.batch.map(({ label }) => label);
    expect(tally.outcomes()).toMatchObject({ pushed: [], possibleDuplicates: isNamed ? labels : [] });
    expect(tally.outcomes().inDoubt).toContain(0);
  },
);
