import type { AskStatus } from "../../producer/answers.ts";
import { resolveLedger } from "../ledger/segment-ledger.ts";
import type { SegmentLedger } from "../ledger/types.ts";
import type { SegmentRun } from "../segment-run.ts";
import type { WorkerLedgerRef } from "../state/segment.ts";

/**
 * Returns the messages in doubt that the Worker's ledger must contain: those that runs through it left in doubt, under the same keys.
 * Nothing can be concluded from others, such as those of a run over REST, or of a ledger that was deleted since.
 */
export async function findKnownDoubts(
  run: Pick<SegmentRun, "inputs" | "recorded" | "claim" | "ledger" | "source">,
  record: WorkerLedgerRef,
): Promise<ReadonlySet<number>> {
  const { inputs, recorded, claim, ledger, source } = run;
  const { inDoubt } = ledger.decision;
  if (record.ledger === undefined || inDoubt.length === 0) return new Set();
  const isSame = (other: WorkerLedgerRef | undefined) =>
    other?.generation === record.generation && other.ledger === record.ledger;
  const rows = inputs.content.kind === "rows" ? await source() : undefined;
  const alone = resolveLedger(inputs, recorded?.ledger, [], rows).decision.inDoubt;
  const unknown = new Set(isSame(recorded?.workerLedger?.doubts ?? recorded?.workerLedger) ? [] : alone);
  const keys = { known: new Set(alone.map(ledger.keyOf)), unknown: new Set<string>() };
  for (const { found, pushed, inDoubt } of claim.recovered) {
    const set = isSame(found.head.workerLedger) ? keys.known : keys.unknown;
    for (const key of [...pushed, ...inDoubt]) set.add(key);
  }
  return new Set(
    inDoubt.filter((index) => {
      const key = ledger.keyOf(index);
      return !unknown.has(index) && keys.known.has(key) && !keys.unknown.has(key);
    }),
  );
}

/**
 * Applies the answers of the Worker's ledger: accepted messages are recovered, unseen ones are pending and no longer in doubt.
 * Others stay in doubt.
 *
 * @param possibleDuplicates the accepted ones that the queue may have twice
 */
export function applyAnswers(
  ledger: SegmentLedger,
  answers: ReadonlyMap<number, AskStatus>,
  possibleDuplicates: ReadonlySet<number>,
): SegmentLedger {
  const having = (state: AskStatus) => [...answers].flatMap(([index, answer]) => (answer === state ? [index] : []));
  const accepted = new Set(having("accepted"));
  const decided = new Set([...accepted, ...having("unseen")]);
  if (decided.size === 0) return ledger;
  const { decision, recovered, carriedOver, keyOf } = ledger;
  const keys = new Set([...decided].map(keyOf));
  return {
    ...ledger,
    decision: {
      ...decision,
      pending: decision.pending.filter((index) => !accepted.has(index)),
      inDoubt: decision.inDoubt.filter((index) => !decided.has(index)),
      alreadyPushed: ascending([...decision.alreadyPushed, ...accepted]),
    },
    recovered: ascending([...recovered, ...accepted]),
    possiblyDuplicated: ascending([...ledger.possiblyDuplicated, ...possibleDuplicates]),
    carriedOver: {
      pushed: [...carriedOver.pushed, ...[...accepted].map(keyOf)],
      inDoubt: carriedOver.inDoubt.filter((key) => !keys.has(key)),
    },
  };
}

function ascending(indices: readonly number[]): readonly number[] {
  return [...indices].sort((a, b) => a - b);
}
