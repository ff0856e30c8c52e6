import { type Failure, requestDeadlineMs } from "../../cloudflare/index.ts";
import { packBatchStream } from "../../plan/index.ts";
import { type Journal, journalHooks, type PushReport, runPush, Waits } from "../../push/index.ts";
import { assertEngineAlive, PartialPushError, SeederError } from "../errors.ts";
import type { ProviderHost } from "../host.ts";
import { claimJournals } from "../journal/claim-journals.ts";
import { assertNotEdited, assertNotShrunk } from "../ledger/assert-not-edited.ts";
import { assertSameKind } from "../ledger/diff.ts";
import { findQueueLedger } from "../ledger/queue-ledgers.ts";
import { resolveLedger } from "../ledger/segment-ledger.ts";
import type { Route } from "../producer/worker-route.ts";
import type { KnownQueues } from "../queue/known-queues.ts";
import { repairLedger } from "../repair/apply-repair.ts";
import type { SegmentRun } from "../segment-run.ts";
import type { Session } from "../session.ts";
import { type MessageSource, openMessageSource } from "../source/message-source.ts";
import { toOutputs } from "../state/outputs.ts";
import type { SegmentInputs, SegmentOutputs } from "../state/segment.ts";
import { RunTally } from "../state/tally.ts";
import { assertApproved } from "./approval.ts";
import { Progress } from "./progress.ts";
import { describeIncompletePush, logRecovered, outcomeOf, warnAboutDuplicates } from "./report.ts";
import { planSends, selectPending } from "./select-pending.ts";
import { withWaitLog } from "./wait-log.ts";

/**
 * Pushes the pending messages of a segment, or applies the requested repair to its ledger instead. Both create and update call
 * it.
 *
 * @param previous outputs of the last run, undefined if there was none
 * @returns the outputs, once every message is pushed or the repair is done
 * @throws SeederError if nothing was sent and the state must not change; PartialPushError with the outputs so far
 */
export async function applySegment(
  id: string,
  inputs: SegmentInputs,
  previous: SegmentOutputs | undefined,
  session: Session,
): Promise<SegmentOutputs> {
  const recorded = findQueueLedger(previous, inputs);
  if (recorded !== undefined) assertSameKind(recorded.content.kind, inputs);
  assertDeploymentKnown(inputs);
  const claim = await claimJournals(inputs, previous, session.host);
  let opened: Promise<MessageSource> | undefined;
  const source = () => {
    opened ??= openMessageSource(inputs, session.host);
    return opened;
  };
  // The row ledger is computed from the row digests; the message digests are part of the inputs.
  const rows = inputs.content.kind === "rows" ? await source() : undefined;
  const ledger = resolveLedger(inputs, recorded?.ledger, claim.recovered, rows?.digests, rows?.ids);
  const delivery: SegmentRun = { inputs, previous, recorded, claim, ledger, source, session };
  const { repair } = session.request;
  return repair === undefined ? pushPending(id, delivery) : repairLedger(repair, delivery);
}

/** @throws SeederError if a run with `--target` excludes the resource that assigns deployment ids */
function assertDeploymentKnown({ manifest, deployment }: SegmentInputs): void {
  if (deployment !== "") return;
  throw new SeederError(
    "DEPLOYMENT_UNLISTED",
    `nothing of ${manifest} was pushed: it is new, and the run leaves out the list of deployments, without which a journal ` +
      "would not be found after a kill. Run `pulumi up` without --target, or name the resource of the type Deployments too.",
  );
}

async function pushPending(id: string, delivery: SegmentRun): Promise<SegmentOutputs> {
  const { inputs, previous, recorded, claim, ledger, session } = delivery;
  const { host } = session;
  if (recorded !== undefined) assertNotShrunk(recorded, inputs);
  await assertNotEdited(inputs, ledger.decision, host);
  await assertApproved(inputs, () => planPending(delivery), session.request);
  await logRecovered(delivery);

  const route = ledger.decision.pending.length === 0 ? undefined : await openRoute(delivery);
  const run = { ...delivery, ledger: route?.ledger ?? ledger };
  const record = new RunTally(run.ledger, claim.recovered.length > 0 || run.ledger !== ledger);
  const sendable = selectPending(inputs, run.ledger);
  const { report, journal } =
    route === undefined || sendable.length === 0 ? {} : await push(run, route, sendable, record);
  const account = record.outcomes();
  const dropped = ledger.decision.forgotten.length > 0;
  const outputs = toOutputs({ ...run, worker: route?.worker, account, dropped, journal, report }, session);
  await logRecognized(inputs, route, host);
  await warnAboutDuplicates(inputs, account, host);
  await host.log(outcomeOf(inputs, account, previous, outputs), inputs.resourceUrn);
  if (account.pushed.length === inputs.messages) return outputs;
  const reason = describeIncompletePush(inputs, account, report);
  throw record.changed ? new PartialPushError(id, outputs, reason) : new SeederError("PUSH_INCOMPLETE", reason);
}

/** Returns the indices that a plan lists: those pending by the ledger alone, and those pending once journals are merged. */
async function planPending({ inputs, recorded, ledger, source }: SegmentRun): Promise<readonly number[]> {
  const digests = inputs.content.kind === "rows" ? (await source()).digests : undefined;
  return planSends(inputs, resolveLedger(inputs, recorded?.ledger, [], digests), ledger);
}

async function push(
  delivery: SegmentRun,
  route: Route,
  indices: readonly number[],
  record: RunTally,
): Promise<PushAttempt> {
  const { inputs, session } = delivery;
  const { host } = session;
  const progress = new Progress(inputs, indices.length, host);
  const waits = new Waits();
  const watched = { inputs, host, throttle: route.throttle, waits, lastPushed: () => progress.pushedAt };
  return withWaitLog(watched, () => pushBatches(delivery, route, indices, record, { progress, waits }));
}

/** Opens the REST API, or the producer Worker. @throws SeederError if a setting is invalid or the Worker is not ready */
async function openRoute(delivery: SegmentRun): Promise<Route> {
  const { inputs, ledger, session } = delivery;
  if (inputs.worker !== undefined) {
    const { openWorkerRoute } = await import("../producer/worker-route.ts");
    return openWorkerRoute(delivery, inputs.worker);
  }
  const { client, throttle, queues, maxWaitMs } = await session.connect();
  return { client, throttle, stoppedQueues: queues.stopped, maxWaitMs, ledger };
}

/**
 * Connects to the REST API, which reads the queue before the first push. A push through the producer Worker needs no token, so
 * without one the queue is not read, unless the manifest requires something of it.
 */
async function connectForReads(
  { worker, requires }: SegmentInputs,
  session: Session,
): Promise<KnownQueues | undefined> {
  try {
    return (await session.connect()).queues;
  } catch (error) {
    const isOptional = worker !== undefined && requires === undefined;
    if (isOptional && error instanceof SeederError && error.code === "CREDENTIALS_MISSING") return undefined;
    throw error;
  }
}

function isQueueGone(failure: Failure | undefined): boolean {
  return failure?.code === 10104 || failure?.code === 11000;
}

async function logRecognized(inputs: SegmentInputs, route: Route | undefined, { log }: ProviderHost): Promise<void> {
  const messages = route?.recognized?.() ?? 0;
  if (messages > 0) await log({ kind: "recognized", messages }, inputs.resourceUrn);
}

interface PushAttempt {
  readonly report: PushReport;
  readonly journal: Journal;
}

async function pushBatches(
  { inputs, claim, ledger, source, session }: SegmentRun,
  { client, throttle, stoppedQueues, maxWaitMs, worker }: Route,
  indices: readonly number[],
  record: RunTally,
  { progress, waits }: { readonly progress: Progress; readonly waits: Waits },
): Promise<PushAttempt> {
  const { host } = session;
  const queues = await connectForReads(inputs, session);
  const asking = () => ({ reason: "the API has not answered yet", until: host.clock.elapsed() + requestDeadlineMs });
  // Errors in the source are reported before errors of the queue.
  const opened = await source();
  const found = queues && (await waits.during(asking(), queues.findObstacle(inputs, host.log)));
  // The Worker needs no token, so only a queue that is gone prevents it from pushing.
  const obstacle = worker === undefined || isQueueGone(found) ? found : undefined;
  if (queues && obstacle === undefined) await waits.during(asking(), queues.assertRequirements(inputs));
  const journal = await claim.begin(ledger, worker?.record);
  try {
    const written = journalHooks(journal, ledger.keyOf);
    const report = await runPush({
      target: inputs,
      batches: packBatchStream(opened.encode(indices)),
      inDoubt: inputs.inDoubtPolicy,
      client,
      throttle,
      maxWaitMs,
      waits,
      stoppedQueues: obstacle === undefined ? stoppedQueues : { ...stoppedQueues, find: () => obstacle },
      clock: host.clock,
      stop: host.cancelled,
      async before(batch) {
        await assertEngineAlive(host);
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
    if (failure === undefined || queues === undefined) return { report, journal };
    return { report: { ...report, failure: await queues.explainFailure(inputs, failure) }, journal };
  } finally {
    // Every line of the journal is on disk already. If the disk is full, only the line that marks the end of the run is missing.
    await journal.close().catch(() => {});
  }
}
