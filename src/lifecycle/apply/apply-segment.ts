import { requestDeadlineMs } from "../../cloudflare/index.ts";
import { packStream } from "../../plan/index.ts";
import { type Journal, journaled, type PushReport, runPush, Waits } from "../../push/index.ts";
import type { Delivery } from "../context.ts";
import { PartialFailure, Refusal, refuseIfOrphan } from "../errors.ts";
import { claimJournals } from "../journal/claim-journals.ts";
import { refuseEdited, refuseShrunk } from "../ledger/assert-not-edited.ts";
import { refuseOtherKind } from "../ledger/diff.ts";
import { ledgerOf } from "../ledger/queue-ledgers.ts";
import { openBook } from "../ledger/segment-ledger.ts";
import { repairLedger } from "../repair/apply-repair.ts";
import type { Session } from "../session.ts";
import { type Feed, openFeed } from "../source/message-source.ts";
import { outputsOf } from "../state/outputs.ts";
import type { SegmentInputs, SegmentOutputs } from "../state/segment.ts";
import { RunRecord } from "../state/tally.ts";
import { refuseUnreviewed } from "./approval.ts";
import { Progress } from "./progress.ts";
import { outcomeOf, reasonOf, tellRecovered, warnOfDoubles } from "./report.ts";
import { plannedSends, toSend } from "./select-pending.ts";
import { tellingWaits } from "./wait-log.ts";

/**
 * Pushes what is pending for a segment: the one way in which messages leave, for create and update alike.
 *
 * @param before outputs of the last run; undefined: there was none
 * @returns the outputs once everything is pushed
 * @throws Refusal when nothing was sent, and the state is to stay what it is; PartialFailure with the outputs so far
 */
export async function deliver(
  id: string,
  inputs: SegmentInputs,
  before: SegmentOutputs | undefined,
  session: Session,
): Promise<SegmentOutputs> {
  const recorded = ledgerOf(before, inputs);
  if (recorded !== undefined) refuseOtherKind(recorded.content.kind, inputs);
  refuseUnlisted(inputs);
  const claim = await claimJournals(inputs, before, session.ports);
  let opened: Promise<Feed> | undefined;
  const feed = () => {
    opened ??= openFeed(inputs, session.ports);
    return opened;
  };
  // The ledger of rows is made of their digests; that of messages lies in the inputs.
  const digests = inputs.content.kind === "rows" ? (await feed()).digests : undefined;
  const book = openBook(inputs, recorded?.ledger, claim.left, digests);
  const delivery: Delivery = { inputs, before, recorded, claim, book, feed, session };
  const { repair } = session.request;
  return repair === undefined ? pushPending(id, delivery) : repairLedger(repair, delivery);
}

/** @throws Refusal where a run with `--target` leaves out what tells one deployment of the manifest from another */
function refuseUnlisted({ manifest, deployment }: SegmentInputs): void {
  if (deployment !== "") return;
  throw new Refusal(
    "DEPLOYMENT_UNLISTED",
    `nothing of ${manifest} was pushed: it is new, and the run leaves out the list of deployments, without which a journal ` +
      "would not be found after a kill. Run `pulumi up` without --target, or name the resource of the type Deployments too.",
  );
}

async function pushPending(id: string, delivery: Delivery): Promise<SegmentOutputs> {
  const { inputs, before, recorded, claim, book, session } = delivery;
  const { ports } = session;
  if (recorded !== undefined) refuseShrunk(recorded, inputs);
  await refuseEdited(inputs, book.decision, ports);
  await refuseUnreviewed(inputs, () => plannedToSend(delivery), session.request);
  await tellRecovered(delivery);

  const record = new RunRecord(book, claim.left.length > 0);
  const sendable = toSend(inputs, book);
  const { report, journal } = sendable.length === 0 ? {} : await push(delivery, sendable, record);
  const account = record.account();
  const outputs = outputsOf({ ...delivery, account, journal, report }, session);
  await warnOfDoubles(inputs, account, ports);
  await ports.log(outcomeOf(inputs, account, before, outputs), inputs.resourceUrn);
  if (account.pushed.length === inputs.messages) return outputs;
  const reason = reasonOf(inputs, account, report);
  throw record.changed ? new PartialFailure(id, outputs, reason) : new Refusal("PUSH_INCOMPLETE", reason);
}

/** What a plan says that goes: by the ledger alone, or by what a journal makes of it, in which it can become more or less. */
async function plannedToSend({ inputs, recorded, book, feed }: Delivery): Promise<readonly number[]> {
  const digests = inputs.content.kind === "rows" ? (await feed()).digests : undefined;
  return plannedSends(inputs, openBook(inputs, recorded?.ledger, [], digests), book);
}

async function push(delivery: Delivery, indices: readonly number[], record: RunRecord): Promise<Pushed> {
  const { inputs, session } = delivery;
  const { ports } = session;
  const { pace } = await session.wire();
  const progress = new Progress(inputs, indices.length, ports);
  const waits = new Waits();
  const watched = { inputs, ports, pace, waits, lastPushed: () => progress.pushedAt };
  return tellingWaits(watched, () => send(delivery, indices, record, { progress, waits }));
}

interface Pushed {
  readonly report: PushReport;
  readonly journal: Journal;
}

async function send(
  { inputs, claim, book, feed, session }: Delivery,
  indices: readonly number[],
  record: RunRecord,
  { progress, waits }: { readonly progress: Progress; readonly waits: Waits },
): Promise<Pushed> {
  const { ports } = session;
  const { requirements, preflight, reads, halts, ...wire } = await session.wire();
  const asking = () => ({ reason: "the API has not answered yet", until: ports.clock.elapsed() + requestDeadlineMs });
  // What is wrong here is told before what is wrong there.
  const opened = await feed();
  const hopeless = await waits.during(asking(), preflight.check(inputs, ports.log));
  if (hopeless === undefined) await waits.during(asking(), requirements.check(inputs, reads));
  const journal = await claim.begin(book);
  try {
    const written = journaled(journal, book.keyOf);
    const report = await runPush({
      target: inputs,
      batches: packStream(opened.parcels(indices)),
      inDoubt: inputs.inDoubtPolicy,
      ...wire,
      waits,
      halts: { ...halts, of: (queue) => hopeless ?? halts.of(queue) },
      clock: ports.clock,
      stop: ports.cancelled,
      async before(batch) {
        await refuseIfOrphan(ports);
        await written.before(batch);
      },
      onRefusal: written.onRefusal,
      async onOutcome(outcome) {
        record.add(outcome);
        if (outcome.state === "pushed") progress.pushed(outcome.batch.length);
        await written.onOutcome(outcome);
      },
    });
    const { failure } = report;
    const judged = failure === undefined ? report : { ...report, failure: await preflight.judge(inputs, failure) };
    return { report: judged, journal };
  } finally {
    // Each of its lines is on the disk already. What it lacks, when that is full, is that the run came to its end.
    await journal.close().catch(() => {});
  }
}
