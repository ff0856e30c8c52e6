import { isDeepStrictEqual } from "node:util";
import type { Journal, PushReport } from "../../push/index.ts";
import { allNames } from "../apply/report.ts";
import { type Claim, newId } from "../journal/claim-journals.ts";
import { elsewhereOf, isSameQueue, ledgerOf, runsOf } from "../ledger/queue-ledgers.ts";
import type { Book } from "../ledger/types.ts";
import type { Session } from "../session.ts";
import type { LastPush, SegmentInputs, SegmentOutputs } from "./segment.ts";
import type { Account } from "./tally.ts";

/** A run of which the outputs are to tell. */
export interface Told {
  readonly inputs: SegmentInputs;
  /** Outputs of the last run; undefined: there was none. */
  readonly before: SegmentOutputs | undefined;
  readonly account: Account;
  readonly book: Pick<Book, "write" | "recovered">;
  readonly claim: Pick<Claim, "ids">;
  /** The journal of what was sent; undefined: nothing had to be. */
  readonly journal?: Pick<Journal, "id" | "lineage"> | undefined;
  readonly report?: PushReport | undefined;
}

/** What the engine's state is to hold after a run. */
export function outputsOf(
  { inputs, before, account, book, claim, journal, report }: Told,
  session: Pick<Session, "ports" | "startedAt" | "request">,
): SegmentOutputs {
  const { inlineMessages: _bodies, ...rest } = inputs;
  const { pushed, inDoubt, inDoubtLabels } = account;
  const recorded = ledgerOf(before, inputs);
  const ledger = book.write(pushed, inDoubt);
  const taken = claim.ids.length > 0 || !isDeepStrictEqual(recorded?.ledger, ledger);
  const run = journal?.id ?? (taken ? newId() : undefined);
  return {
    ...rest,
    content: withoutKeys(inputs.content),
    lineage: before?.lineage ?? journal?.lineage ?? newId(),
    ledger,
    runs: runsOf(recorded, run === undefined ? [] : [run, ...claim.ids]),
    elsewhere: elsewhereOf(before, inputs),
    pushed: pushed.length,
    inDoubt: inDoubt.length,
    inDoubtMessages: allNames(inDoubtLabels),
    lastPush: lastPush(report, book.recovered.length, account, before, session),
    ...metricsOf(report, before !== undefined && isSameQueue(before, inputs) ? before : undefined),
  };
}

/** The ledger has the keys; twice they would only make the state larger. */
function withoutKeys(content: SegmentInputs["content"]): SegmentInputs["content"] {
  return content.kind === "messages" ? { ...content, keys: "" } : content;
}

/** What a run that was killed pushed counts as this one's, which took it over: so the state moves on from that journal, too. */
function lastPush(
  report: PushReport | undefined,
  recovered: number,
  { possibleDuplicates }: Account,
  before: SegmentOutputs | undefined,
  { ports, startedAt, request: { plan } }: Pick<Session, "ports" | "startedAt" | "request">,
): LastPush {
  const { messages, requests = 0 } = report ?? {};
  const pushed = (messages?.pushed ?? 0) + recovered;
  if (before !== undefined && pushed === 0 && possibleDuplicates.length === 0) return before.lastPush;
  const by = ports.deployer();
  return {
    pushed,
    requests,
    possibleDuplicates: allNames(possibleDuplicates),
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
