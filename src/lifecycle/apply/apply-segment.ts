import { PartialPushError, SeederError } from "../errors.ts";
import type { ProviderHost } from "../host.ts";
import { claimJournals } from "../journal/claim-journals.ts";
import { assertNotEdited, assertNotShrunk } from "../ledger/assert-not-edited.ts";
import { assertSameKind } from "../ledger/diff.ts";
import { findQueueLedger } from "../ledger/queue-ledgers.ts";
import { resolveLedger } from "../ledger/segment-ledger.ts";
import type { Route } from "../producer/worker-route.ts";
import { repairLedger } from "../repair/apply-repair.ts";
import type { SegmentRun } from "../segment-run.ts";
import type { Session } from "../session.ts";
import { type MessageSource, openMessageSource } from "../source/message-source.ts";
import { toOutputs } from "../state/outputs.ts";
import type { SegmentInputs, SegmentOutputs } from "../state/segment.ts";
import { RunTally } from "../state/tally.ts";
import { assertApproved } from "./approval.ts";
import { push } from "./push-batches.ts";
import { describeIncompletePush, logRecovered, outcomeOf, warnAboutDuplicates } from "./report.ts";
import { planSends, selectSendable } from "./select-sendable.ts";

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
  const apply = () => applyInTurn(id, { inputs, previous, recorded, session });
  return inputs.content.kind === "rows" ? session.inTurn(`${inputs.accountId} ${inputs.queueId}`, apply) : apply();
}

async function applyInTurn(
  id: string,
  { inputs, previous, recorded, session }: Pick<SegmentRun, "inputs" | "previous" | "recorded" | "session">,
): Promise<SegmentOutputs> {
  const claim = await claimJournals(inputs, previous, session.host);
  let opened: Promise<MessageSource> | undefined;
  const source = () => {
    opened ??= openMessageSource(inputs, session.host);
    return opened;
  };
  // The row ledger is computed from the row digests; the message digests are part of the inputs.
  const rowSource = inputs.content.kind === "rows" ? await source() : undefined;
  const ledger = resolveLedger(inputs, recorded?.ledger, claim.recovered, rowSource);
  const segmentRun: SegmentRun = { inputs, previous, recorded, claim, ledger, source, session };
  const { repair } = session.request;
  return repair === undefined ? pushPending(id, segmentRun) : repairLedger(repair, segmentRun);
}

/** @throws SeederError if a run with `--target` excludes the resource that assigns deployment ids */
function assertDeploymentKnown({ manifest, deployment }: SegmentInputs): void {
  if (deployment !== "") return;
  throw new SeederError(
    "DEPLOYMENT_UNLISTED",
    `nothing from ${manifest} was pushed: it is new, and --target excludes the Deployments resource, without which the next run ` +
      "could not find the journal of a killed one. Run `pulumi up` without --target, or target that resource too.",
  );
}

async function pushPending(id: string, segmentRun: SegmentRun): Promise<SegmentOutputs> {
  const { inputs, previous, recorded, claim, ledger, session } = segmentRun;
  const { host } = session;
  if (recorded !== undefined) assertNotShrunk(recorded, inputs);
  await assertNotEdited(inputs, ledger.decision, host);
  await assertApproved(inputs, () => planPending(segmentRun), session.request);
  await logRecovered(segmentRun);

  const route = ledger.decision.pending.length === 0 ? undefined : await openRoute(segmentRun);
  const routedRun = { ...segmentRun, ledger: route?.ledger ?? ledger };
  const tally = new RunTally(routedRun.ledger, claim.recovered.length > 0 || routedRun.ledger !== ledger);
  const sendable = selectSendable(inputs, routedRun.ledger);
  const { report, journal } =
    route === undefined || sendable.length === 0 ? {} : await push(routedRun, route, sendable, tally);
  const outcomes = tally.outcomes();
  const isAnyRemoved = ledger.decision.removed.length > 0;
  const outputs = toOutputs({ ...routedRun, worker: route?.worker, outcomes, isAnyRemoved, journal, report }, session);
  await logRecognized(inputs, route, host);
  await warnAboutDuplicates(inputs, outcomes, host);
  await host.log(outcomeOf(inputs, outcomes, previous, outputs), inputs.resourceUrn);
  if (outcomes.pushed.length === inputs.messages) return outputs;
  const reason = describeIncompletePush(inputs, outcomes, report);
  throw tally.changed ? new PartialPushError(id, outputs, reason) : new SeederError("PUSH_INCOMPLETE", reason);
}

/** Returns the indices that a plan lists: those pending by the ledger alone, and those pending once journals are merged. */
async function planPending({ inputs, recorded, ledger, source }: SegmentRun): Promise<readonly number[]> {
  const rows = inputs.content.kind === "rows" ? await source() : undefined;
  return planSends(inputs, resolveLedger(inputs, recorded?.ledger, [], rows), ledger);
}

/** Opens the REST API, or the producer Worker. @throws SeederError if a setting is invalid or the Worker is not ready */
async function openRoute(segmentRun: SegmentRun): Promise<Route> {
  const { inputs, ledger, session } = segmentRun;
  if (inputs.worker !== undefined) {
    const { openWorkerRoute } = await import("../producer/worker-route.ts");
    return openWorkerRoute(segmentRun, inputs.worker);
  }
  const { client, throttle, queues, maxWaitMs } = await session.connect();
  return { client, throttle, stoppedQueues: queues.stopped, maxWaitMs, ledger };
}

async function logRecognized(inputs: SegmentInputs, route: Route | undefined, { log }: ProviderHost): Promise<void> {
  const messages = route?.recognized?.() ?? 0;
  if (messages > 0) await log({ kind: "recognized", messages }, inputs.resourceUrn);
}
