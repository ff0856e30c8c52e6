import { requestDeadlineMs } from "../cloudflare/index.ts";
import { packStream } from "../plan/index.ts";
import { type Journal, journaled, type PushReport, runPush, Waits } from "../push/index.ts";
import { type Book, openBook } from "./book.ts";
import { refuseOtherKind } from "./diff.ts";
import { refuseEdited, refuseShrunk } from "./edited.ts";
import { PartialFailure, Refusal } from "./failure.ts";
import { type Feed, openFeed } from "./feed.ts";
import { openJournal } from "./journal.ts";
import { refuseIfOrphan } from "./orphan.ts";
import { outputsOf } from "./outputs.ts";
import { Progress } from "./progress.ts";
import { RunRecord } from "./record.ts";
import { repairLedger } from "./repair.ts";
import { refuseUnreviewed } from "./reviewed.ts";
import type { SegmentInputs, SegmentOutputs } from "./segment.ts";
import type { Session } from "./session.ts";
import { reasonOf } from "./summary.ts";
import { tellRecovered, warnOfDoubles } from "./telling.ts";
import { tellingWaits } from "./waiting.ts";

/** A segment whose turn it is. */
export interface Delivery {
  readonly inputs: SegmentInputs;
  /** Outputs of the last run; undefined: there was none. */
  readonly before: SegmentOutputs | undefined;
  readonly journal: Journal;
  readonly book: Book;
  /** Opened when something is to be read. */
  readonly feed: () => Promise<Feed>;
  readonly session: Session;
}

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
  if (before !== undefined) refuseOtherKind(before, inputs);
  refuseUnlisted(inputs);
  const journal = await openJournal(inputs, before, session.ports);
  session.journals.began();
  let kept = false;
  try {
    let opened: Promise<Feed> | undefined;
    const feed = () => {
      opened ??= openFeed(inputs, session.ports);
      return opened;
    };
    // The ledger of rows is made of their digests; that of messages lies in the inputs.
    const digests = inputs.content.kind === "rows" ? (await feed()).digests : undefined;
    const book = openBook(inputs, before?.ledger, journal.left, digests);
    const delivery: Delivery = { inputs, before, journal, book, feed, session };
    const outputs = await (session.repair === undefined
      ? pushPending(id, delivery)
      : repairLedger(session.repair, delivery));
    kept = true;
    return outputs;
  } catch (error) {
    kept = error instanceof PartialFailure && !error.isLarge;
    throw error;
  } finally {
    // Each of its lines is on the disk already, so that nothing is lost by what happens to the file now.
    await journal.close().catch(() => {});
    session.journals.ended(journal, kept);
  }
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
  const { inputs, before, journal, book, session } = delivery;
  const { ports } = session;
  if (before !== undefined) refuseShrunk(before, inputs);
  await refuseEdited(inputs, book.decision, ports);
  await refuseUnreviewed(inputs, () => plannedToSend(delivery), ports.env);
  await tellRecovered(delivery);

  const { left } = journal;
  const record = new RunRecord(book, left.pushed.length + left.inDoubt.length > 0);
  const sendable = toSend(inputs, book);
  const report = sendable.length === 0 ? undefined : await push(delivery, sendable, record);
  const account = record.account();
  const outputs = outputsOf(inputs, account, book, before, session, report);
  await warnOfDoubles(inputs, account, ports);
  if (account.pushed.length === inputs.messages) return outputs;
  const reason = reasonOf(inputs, account, report);
  throw record.changed ? new PartialFailure(id, outputs, reason) : new Refusal("PUSH_INCOMPLETE", reason);
}

/** What a plan says that goes. It knows of the ledger alone, and not of a journal, of which it can only become less. */
async function plannedToSend({ inputs, before, feed }: Delivery): Promise<readonly number[]> {
  const digests = inputs.content.kind === "rows" ? (await feed()).digests : undefined;
  return toSend(inputs, openBook(inputs, before?.ledger, undefined, digests));
}

/** With `in_doubt: stop`, what was sent without an answer is never sent again unasked. */
function toSend({ inDoubtPolicy }: SegmentInputs, { decision: { pending, inDoubt } }: Book): readonly number[] {
  const held = new Set(inDoubtPolicy === "stop" ? inDoubt : []);
  return pending.filter((index) => !held.has(index));
}

async function push(delivery: Delivery, indices: readonly number[], record: RunRecord): Promise<PushReport> {
  const { inputs, session } = delivery;
  const { ports } = session;
  const { pace } = await session.wire();
  const progress = new Progress(inputs, indices.length, ports);
  const waits = new Waits();
  const watched = { inputs, ports, pace, waits, lastPushed: () => progress.pushedAt };
  return tellingWaits(watched, () => send(delivery, indices, record, { progress, waits }));
}

async function send(
  { inputs, journal, book, feed, session }: Delivery,
  indices: readonly number[],
  record: RunRecord,
  { progress, waits }: { readonly progress: Progress; readonly waits: Waits },
): Promise<PushReport> {
  const { ports } = session;
  const { requirements, preflight, reads, halts, ...wire } = await session.wire();
  const asking = () => ({ reason: "the API has not answered yet", until: ports.clock.elapsed() + requestDeadlineMs });
  // What is wrong here is told before what is wrong there.
  const opened = await feed();
  const hopeless = await waits.during(asking(), preflight.check(inputs, ports.tell));
  // What was pushed of the manifest before, here or in another of its segments, is reason enough that the rest follows.
  const begun = book.decision.kept.length > 0 || session.begun.has(inputs.deployment);
  if (!begun && hopeless === undefined) await waits.during(asking(), requirements.check(inputs, reads));
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
  return failure === undefined ? report : { ...report, failure: await preflight.judge(inputs, failure) };
}
