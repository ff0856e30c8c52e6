import type { WorkerLedgerRecord } from "../state/segment.ts";
import { resolveGeneration } from "./message-keys.ts";

/** The facts from a run through the Worker that the Pulumi state records. */
export interface WorkerLedgerState {
  /** The generation of the keys, and the id of the Worker's ledger; without it if the Worker did not report it. */
  readonly record: WorkerLedgerRecord;
  /** Whether that ledger has noted each message that is in doubt from earlier runs. */
  readonly knowsDoubts: boolean;
}

type Finished = Parameters<typeof resolveGeneration>[0] & {
  /** Absent for a run over REST, and for one that sent nothing. */
  readonly worker?: WorkerLedgerState | undefined;
  /** Whether messages left the ledger, so that they are pushed again if they come back. */
  readonly isAnyRemoved: boolean;
  /** Whether the run sent requests. */
  readonly sent: boolean;
  readonly inDoubt: number;
};

/**
 * Returns the record that a run leaves in the Pulumi state, undefined if the segment was never pushed through a Worker.
 *
 * @param runId id of the run
 */
export function nextWorkerLedger(run: Finished, runId: string | undefined): WorkerLedgerRecord | undefined {
  const { recorded, claim, worker, isAnyRemoved, inDoubt } = run;
  const before = recorded?.workerLedger;
  const isKnown = before !== undefined || claim.recovered.some(({ found }) => found.head.workerLedger !== undefined);
  if (worker === undefined && !isKnown) return undefined;
  const generation = worker?.record.generation ?? resolveGeneration(run);
  const ledgerId = inDoubt === 0 ? undefined : findLedgerOfDoubts(run, before, generation);
  const isIdle = !run.sent && claim.recovered.length === 0;
  const kept = inDoubt > 0 && isIdle ? before?.doubts : undefined;
  const doubts = ledgerId === undefined ? kept : { generation, ledger: ledgerId };
  if (isAnyRemoved && runId !== undefined) return { generation: runId, ...(doubts !== undefined && { doubts }) };
  if (ledgerId !== undefined) return { generation, ledger: ledgerId };
  return { generation, ...(kept !== undefined && { doubts: kept }) };
}

/** Returns the id of the one ledger that has noted every message in doubt, undefined if there is none. */
function findLedgerOfDoubts(
  { worker, claim, sent }: Finished,
  before: WorkerLedgerRecord | undefined,
  generation: string,
): string | undefined {
  if (worker !== undefined) return worker.knowsDoubts ? worker.record.ledger : undefined;
  const isUntouched = !sent && claim.recovered.length === 0 && before?.generation === generation;
  return isUntouched ? before.ledger : undefined;
}
