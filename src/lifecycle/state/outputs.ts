import { isDeepStrictEqual } from "node:util";
import { formatAllLabels } from "../../labels.ts";
import type { Journal, PushReport } from "../../push/index.ts";
import type { JournalClaim } from "../journal/claim-journals.ts";
import { addRuns, isSameQueue, otherQueueLedgers } from "../ledger/queue-ledgers.ts";
import type { SegmentLedger } from "../ledger/types.ts";
import { nextWorkerLedger, type WorkerLedgerState } from "../producer/next-record.ts";
import { randomId } from "../random-id.ts";
import type { Session } from "../session.ts";
import {
  type LastPush,
  outputsVersion,
  ownInputs,
  type QueueLedger,
  type RecordedContent,
  type SegmentInputs,
  type SegmentOutputs,
} from "./segment.ts";
import type { MessageOutcomes } from "./tally.ts";

/** The result of a run, from which the outputs are built. */
export interface RunResult {
  readonly inputs: SegmentInputs;
  /** Outputs of the last run, undefined if there was none. */
  readonly previous: SegmentOutputs | undefined;
  readonly outcomes: MessageOutcomes;
  /** The recorded ledger of the queue that the segment is pushed to, undefined if there is none. */
  readonly recorded: QueueLedger | undefined;
  readonly ledger: SegmentLedger;
  readonly claim: Pick<JournalClaim, "ids" | "recovered">;
  /** Whether messages left the ledger. */
  readonly isAnyRemoved: boolean;
  /** Absent for a run over REST, and for a repair. */
  readonly worker?: WorkerLedgerState | undefined;
  /** The journal of this run, undefined if nothing had to be sent. */
  readonly journal?: Pick<Journal, "id" | "lineage"> | undefined;
  readonly report?: PushReport | undefined;
}

/** Builds the outputs that the Pulumi state stores after a run. */
export function toOutputs(
  result: RunResult,
  session: Pick<Session, "host" | "startedAt" | "request" | "recordedRuns">,
): SegmentOutputs {
  const { inputs, previous, recorded, outcomes, claim, journal, report } = result;
  const { pushed, inDoubt, inDoubtLabels } = outcomes;
  const ledger = result.ledger.write(pushed, inDoubt);
  const taken = claim.ids.length > 0 || !isDeepStrictEqual(recorded?.ledger, ledger);
  const run = journal?.id ?? (taken ? randomId() : undefined);
  const finished = { ...result, session, sent: report !== undefined, inDoubt: inDoubt.length };
  const workerLedger = nextWorkerLedger(finished, run);
  const elsewhere = otherQueueLedgers(previous, inputs);
  return {
    version: outputsVersion,
    ...withoutOwnInputs(inputs),
    content: toRecordedContent(inputs.content),
    lineage: previous?.lineage ?? journal?.lineage ?? randomId(),
    ledger,
    runs: addRuns(recorded, run === undefined ? [] : [run, ...claim.ids]),
    ...(workerLedger !== undefined && { workerLedger }),
    ...(elsewhere.length > 0 && { elsewhere }),
    pushed: pushed.length,
    inDoubt: inDoubt.length,
    ...(inDoubtLabels.length > 0 && { inDoubtMessages: formatAllLabels(inDoubtLabels) }),
    lastPush: toLastPush(result, session),
    ...toMetrics(report, previous !== undefined && isSameQueue(previous, inputs) ? previous : undefined),
  };
}

function withoutOwnInputs(inputs: SegmentInputs): Omit<SegmentInputs, keyof typeof ownInputs> {
  const kept = Object.entries(inputs).filter(([key]) => !Object.hasOwn(ownInputs, key));
  return Object.fromEntries(kept) as Omit<SegmentInputs, keyof typeof ownInputs>;
}

function toRecordedContent(content: SegmentInputs["content"]): RecordedContent {
  return content.kind === "messages" ? { kind: "messages" } : content;
}

/** Messages that an interrupted run pushed count for the run that recovers them, so the state reflects that journal, too. */
function toLastPush(
  { report, ledger, outcomes: { possibleDuplicates }, previous }: RunResult,
  { host, startedAt, request: { plan } }: Pick<Session, "host" | "startedAt" | "request">,
): LastPush {
  const { messages, requests = 0 } = report ?? {};
  const pushed = (messages?.pushed ?? 0) + ledger.recovered.length;
  if (previous !== undefined && pushed === 0 && possibleDuplicates.length === 0) return previous.lastPush;
  const [by, commit] = [host.deployer(), host.commit()];
  return {
    pushed,
    requests,
    ...(possibleDuplicates.length > 0 && { possibleDuplicates: formatAllLabels(possibleDuplicates) }),
    at: startedAt,
    ...(commit !== "" && { commit }),
    ...(by !== "" && { by }),
    ...(plan && { plan }),
  };
}

/** Returns the latest metrics from the API, of this run or an earlier one. */
function toMetrics(
  report: PushReport | undefined,
  before: SegmentOutputs | undefined,
): Pick<SegmentOutputs, "metrics" | "metricsAt"> {
  if (report?.metrics !== undefined && report.metricsAt !== undefined) {
    return { metrics: report.metrics, metricsAt: new Date(report.metricsAt).toISOString() };
  }
  const { metrics, metricsAt } = before ?? {};
  return metrics === undefined || metricsAt === undefined ? {} : { metrics, metricsAt };
}
