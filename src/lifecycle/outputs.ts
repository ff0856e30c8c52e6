import type { PushReport } from "../push/index.ts";
import type { Book } from "./book.ts";
import type { Account } from "./record.ts";
import type { LastPush, SegmentInputs, SegmentOutputs } from "./segment.ts";
import type { Session } from "./session.ts";
import { allNames } from "./summary.ts";

/** Where `queue-seeder up` gives the digest of its plan to the provider. */
export const planVariable = "QUEUE_SEEDER_PLAN";

/**
 * What the engine's state is to hold after a run.
 *
 * @param before outputs of the last run; undefined: there was none
 * @param report of what was pushed; undefined: nothing had to be
 */
export function outputsOf(
  inputs: SegmentInputs,
  account: Account,
  { write, recovered }: Pick<Book, "write" | "recovered">,
  before: SegmentOutputs | undefined,
  session: Pick<Session, "ports" | "startedAt">,
  report?: PushReport,
): SegmentOutputs {
  const { content, given: _bodies, ...rest } = inputs;
  const { pushed, inDoubt, inDoubtLabels } = account;
  return {
    ...rest,
    // The ledger has the keys; twice they would only make the state larger.
    content: content.kind === "messages" ? { ...content, keys: "" } : content,
    ledger: write(pushed, inDoubt),
    pushed: pushed.length,
    inDoubt: inDoubt.length,
    inDoubtMessages: allNames(inDoubtLabels),
    lastPush: lastPush(report, recovered.length, account, before, session),
    ...metricsOf(report, before),
  };
}

/** What a run that was killed pushed counts as this one's, which took it over: so the state moves on from that journal, too. */
function lastPush(
  report: PushReport | undefined,
  recovered: number,
  { maybeTwice }: Account,
  before: SegmentOutputs | undefined,
  { ports, startedAt }: Pick<Session, "ports" | "startedAt">,
): LastPush {
  const { messages, requests = 0 } = report ?? {};
  const pushed = (messages?.pushed ?? 0) + recovered;
  if (before !== undefined && pushed === 0 && maybeTwice.length === 0) return before.lastPush;
  const by = ports.deployer();
  const plan = ports.env[planVariable];
  return {
    pushed,
    requests,
    maybeTwice: allNames(maybeTwice),
    at: startedAt,
    commit: ports.commit(),
    ...(by !== "" && { by }),
    ...(plan && { plan }),
  };
}

/** As the API returned them last, in this run or before it. */
function metricsOf(
  report: PushReport | undefined,
  before: SegmentOutputs | undefined,
): Pick<SegmentOutputs, "metrics" | "metricsAt"> {
  if (report?.metrics !== undefined && report.metricsAt !== undefined) {
    return { metrics: report.metrics, metricsAt: new Date(report.metricsAt).toISOString() };
  }
  const { metrics, metricsAt } = before ?? {};
  return metrics === undefined || metricsAt === undefined ? {} : { metrics, metricsAt };
}
