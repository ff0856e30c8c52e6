import { type Failure, findConcern, requestDeadlineMs } from "../../cloudflare/index.ts";
import { packBatchStream } from "../../plan/index.ts";
import { type Journal, journalHooks, type PushReport, runPush, Waits } from "../../push/index.ts";
import { assertEngineAlive, SeederError } from "../errors.ts";
import type { Route } from "../producer/worker-route.ts";
import type { KnownQueues } from "../queue/known-queues.ts";
import type { SegmentRun } from "../segment-run.ts";
import type { Session } from "../session.ts";
import type { SegmentInputs } from "../state/segment.ts";
import type { RunTally } from "../state/tally.ts";
import { Progress } from "./progress.ts";
import { withWaitLog } from "./wait-log.ts";

export async function push(
  segmentRun: SegmentRun,
  route: Route,
  indices: readonly number[],
  tally: RunTally,
): Promise<PushAttempt> {
  const { inputs, session } = segmentRun;
  const { host } = session;
  const progress = new Progress(inputs, indices.length, host);
  const waits = new Waits();
  const watched = { inputs, host, throttle: route.throttle, waits, lastPushed: () => progress.pushedAt };
  return withWaitLog(watched, () => pushBatches(segmentRun, route, indices, { tally, progress, waits }));
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
  return failure !== undefined && findConcern(failure) === "queue_missing";
}

interface PushAttempt {
  readonly report: PushReport;
  readonly journal: Journal;
}

async function pushBatches(
  { inputs, claim, ledger, source, session }: SegmentRun,
  { client, throttle, stoppedQueues, maxWaitMs, worker }: Route,
  indices: readonly number[],
  { tally, progress, waits }: { readonly tally: RunTally; readonly progress: Progress; readonly waits: Waits },
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
        tally.add(outcome);
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
