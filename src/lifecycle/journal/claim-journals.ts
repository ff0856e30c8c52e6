import { describeThisProcess, type Journal, type JournalHead, type Journals } from "../../push/index.ts";
import { SeederError } from "../errors.ts";
import type { ProviderHost } from "../host.ts";
import type { SegmentLedger } from "../ledger/types.ts";
import { randomId } from "../random-id.ts";
import type { SegmentInputs, SegmentOutputs, WorkerLedgerRecord } from "../state/segment.ts";
import { isOfSegment, type JournalQuery, toJournalQuery } from "./journal-query.ts";
import { findSegmentJournals, type OpenJournal, openJournals, withJournalErrors } from "./segment-journals.ts";

/** The journals that a run has taken over from interrupted runs. */
export interface JournalClaim {
  readonly recovered: readonly OpenJournal[];
  /** Ids of the journals that the ledger incorporates. */
  readonly ids: readonly string[];
  /** Starts the journal of this run, which includes the entries of those taken over. @throws SeederError */
  begin(
    ledger: Pick<SegmentLedger, "deliveryDigest" | "deliveryNumber" | "startsOver" | "carriedOver">,
    workerLedger?: WorkerLedgerRecord,
  ): Promise<Journal>;
}

/** Maximum milliseconds to wait for another run: longer than any request of a run whose Pulumi engine was killed. */
const maxWaitForRunMs = 120_000;
const pollIntervalMs = 500;

/**
 * Takes over the journals that other runs left for a segment. Waits for a run that is still sending.
 *
 * @throws SeederError if a journal cannot be read, or if another run is still active after the wait
 */
export async function claimJournals(
  inputs: SegmentInputs,
  before: SegmentOutputs | undefined,
  host: ProviderHost,
): Promise<JournalClaim> {
  const journals = openJournals(inputs, host);
  const query = toJournalQuery(inputs, before);
  await withJournalErrors(() => awaitOtherRuns(query, journals, inputs, host));
  const recovered = await withJournalErrors(() => takeJournals(query, journals));
  const ids = recovered.flatMap(({ found: { head } }) => [head.id, ...head.takenOver]);
  return {
    recovered,
    ids,
    begin: (ledger, workerLedger) =>
      withJournalErrors(async () => {
        const head = { ...(await createHead(inputs, query, ledger, host)), takenOver: ids, workerLedger };
        const journal = await journals.begin(head, ledger.carriedOver);
        const [other] = await findRunning(query, journals, journal.id);
        if (other !== undefined) {
          await journal.discard();
          throwRunUnderWay(inputs, other);
        }
        for (const { found } of recovered) await journals.drop(found);
        return journal;
      }),
  };
}

async function takeJournals(query: JournalQuery, journals: Journals): Promise<readonly OpenJournal[]> {
  const files = new Set<string>();
  for (;;) {
    const { open, spent } = await findSegmentJournals(query, journals);
    for (const found of spent) await journals.drop(found);
    // A journal may have grown before it was taken.
    if (open.every(({ found }) => files.has(found.file))) return open;
    for (const { found } of open) {
      const taken = await journals.take(found);
      if (taken !== undefined) files.add(taken.file);
    }
  }
}

async function awaitOtherRuns(
  query: JournalQuery,
  journals: Journals,
  inputs: SegmentInputs,
  host: ProviderHost,
): Promise<void> {
  const since = host.clock.elapsed();
  for (let logged = false; ; logged = true) {
    const [other] = await findRunning(query, journals);
    if (other === undefined) return;
    if (host.cancelled.aborted || host.clock.elapsed() - since >= maxWaitForRunMs) throwRunUnderWay(inputs, other);
    if (!logged) {
      await host.log({ kind: "other_run", pid: other.owner.pid }, inputs.resourceUrn);
    }
    await host.clock.sleep(pollIntervalMs, host.cancelled).catch(() => {});
  }
}

/** Returns the heads of the segment's journals whose runs are still sending. */
async function findRunning(query: JournalQuery, journals: Journals, own?: string): Promise<readonly JournalHead[]> {
  const alive: JournalHead[] = [];
  for (const found of await journals.list(query, (head) => isOfSegment(head, query) && head.id !== own)) {
    if (await journals.isAlive(found)) alive.push(found.head);
  }
  return alive;
}

function throwRunUnderWay({ manifest }: SegmentInputs, { owner }: JournalHead): never {
  throw new SeederError(
    "RUN_UNDER_WAY",
    `another run on this machine, process ${owner.pid}, is still pushing ${manifest}; this run pushed none of its messages. ` +
      "Wait until that run ends, then start this one again.",
  );
}

async function createHead(
  inputs: SegmentInputs,
  { lineage, recorded, queue, segment, resource }: JournalQuery,
  {
    deliveryDigest,
    deliveryNumber,
    startsOver,
  }: Pick<SegmentLedger, "deliveryDigest" | "deliveryNumber" | "startsOver">,
  { clock, env }: Pick<ProviderHost, "clock" | "env">,
): Promise<Omit<JournalHead, "takenOver">> {
  return {
    id: randomId(),
    base: recorded?.runs[0] ?? null,
    lineage: lineage ?? randomId(),
    deployment: inputs.deployment,
    resource,
    queue,
    segment,
    kind: inputs.content.kind,
    delivery: deliveryDigest,
    deliveryNumber,
    startsOver,
    uncheckpointed: /^(1|true)$/i.test(env.PULUMI_SKIP_CHECKPOINTS ?? ""),
    startedAt: new Date(clock.now()).toISOString(),
    owner: await describeThisProcess(),
  };
}
