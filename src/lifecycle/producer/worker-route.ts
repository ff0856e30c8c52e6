import { createSegmentClient, type ProducerClient } from "../../cloudflare/index.ts";
import type { PushRun } from "../../push/index.ts";
import type { SegmentLedger } from "../ledger/types.ts";
import type { SegmentRun } from "../segment-run.ts";
import type { WorkerLedgerRef, WorkerTarget } from "../state/segment.ts";
import { applyAnswers, findKnownDoubts } from "./apply-answers.ts";
import { messageKeys, resolveGeneration } from "./message-keys.ts";
import type { WorkerLedgerState } from "./next-record.ts";
import { assertBound, resolveQueueName } from "./queue-name.ts";

/** How the messages of a segment are pushed. */
export interface Route extends Required<Pick<PushRun, "client" | "throttle" | "stoppedQueues" | "maxWaitMs">> {
  /** The ledger of the segment, with the answers of the Worker's ledger. */
  readonly ledger: SegmentLedger;
  /** Absent for the REST API. */
  readonly worker?: WorkerLedgerState;
  /** Returns the number of messages that the Worker did not send, because its ledger had them before this run. */
  recognized?(): number;
}

/**
 * Prepares the push of a segment through the producer Worker: asks its ledger for the messages in doubt. If the ledger does not
 * answer, nothing is concluded, and the push decides.
 *
 * @throws SeederError if the Worker is not ready
 */
export async function openWorkerRoute(run: SegmentRun, target: WorkerTarget): Promise<Route> {
  const { inputs, ledger, session } = run;
  const { client, throttle, stoppedQueues, maxWaitMs, queues } = await session.connectWorker(inputs, target);
  const queue = await resolveQueueName(inputs, target, session);
  assertBound(inputs, queue, target, queues);
  const generation = resolveGeneration(run);
  const keyOf = messageKeys(inputs, generation, ledger.keyOf);
  const address = { queue, deployment: inputs.deployment };
  const ask = (keys: readonly string[]) => client.ask(address, keys, session.host.cancelled);

  // The journal must have the id of the ledger before the first request, so one message is asked for in any case.
  const first = await ask(ledger.decision.pending.slice(0, 1).map(keyOf));
  const noted = first.kind === "answer" && { ledger: first.value.ledgerId };
  const record: WorkerLedgerRef = { generation, ...noted };
  const earlier = run.recorded?.workerLedger?.doubts;
  let concluded = ledger;
  let known: ReadonlySet<number> = new Set();
  for (const note of [...(earlier === undefined ? [] : [{ ...earlier, ...noted }]), record]) {
    const current = { ...run, ledger: concluded };
    known = await findKnownDoubts(current, note);
    if (known.size > 0) concluded = await conclude(current, [...known], ask, note);
  }

  const doubts = concluded.decision.inDoubt;
  const unknown = doubts.filter((index) => !known.has(index));
  const options = { ...address, ledgerId: record.ledger ?? "", keyOf, inDoubt: doubts, unknown };
  const segment = createSegmentClient(client, options);
  return {
    client: segment,
    throttle,
    stoppedQueues,
    maxWaitMs,
    ledger: concluded,
    worker: { record, knowsDoubts: unknown.length === 0 },
    recognized: () => segment.recognized,
  };
}

type Ask = (keys: readonly string[]) => ReturnType<ProducerClient["ask"]>;

/** Asks for messages in doubt, and applies the answers. Another ledger than the one of the first answer concludes nothing. */
async function conclude(
  { inputs, ledger, session }: SegmentRun,
  known: readonly number[],
  ask: Ask,
  note: WorkerLedgerRef,
): Promise<SegmentLedger> {
  const keyOf = messageKeys(inputs, note.generation, ledger.keyOf);
  const answer = await ask(known.map(keyOf));
  if (answer.kind !== "answer" || answer.value.ledgerId !== note.ledger) return ledger;
  const { statuses, possibleDuplicates } = answer.value;
  const answers = new Map(known.map((index) => [index, statuses.get(keyOf(index)) ?? "in_doubt"]));
  const twice = new Set(known.filter((index) => possibleDuplicates.has(keyOf(index))));
  const concluded = applyAnswers(ledger, answers, twice);
  const arrived = concluded.recovered.length - ledger.recovered.length;
  const inDoubt = concluded.decision.inDoubt.filter((index) => answers.has(index)).length;
  const absent = known.length - arrived - inDoubt;
  await session.host.log({ kind: "ledger_asked", arrived, absent, inDoubt }, inputs.resourceUrn);
  return concluded;
}
