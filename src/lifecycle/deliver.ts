import { type Decision, type Ledger, pack, toParcel } from "../plan/index.ts";
import { type PushReport, runPush } from "../push/index.ts";
import type { Wire } from "./connect.ts";
import { decideSegment } from "./diff.ts";
import { refuseEdited } from "./edited.ts";
import { PartialFailure, Refusal } from "./failure.ts";
import { completeMessage, readMessages } from "./messages.ts";
import type { Ports } from "./ports.ts";
import { RunRecord } from "./record.ts";
import type { LastPush, SegmentInputs, SegmentOutputs } from "./segment.ts";
import { count, names, reasonOf } from "./summary.ts";

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
  recorded: Ledger,
  before: SegmentOutputs | undefined,
  ports: Ports,
  wire: () => Promise<Wire>,
): Promise<SegmentOutputs> {
  const decision = decideSegment(inputs, recorded);
  await refuseEdited(inputs, decision, recorded, ports);
  const record = new RunRecord(inputs, decision);
  const sendable = toSend(inputs, decision);
  const report = sendable.length === 0 ? undefined : await push(inputs, sendable, record, ports, wire);

  const outputs = record.outputs(lastPush(report, record, before, ports), metricsOf(report, before, ports));
  await warnOfDoubles(inputs, record, ports);
  if (record.complete) return outputs;
  const reason = reasonOf(inputs, record, report);
  throw record.changed ? new PartialFailure(id, inputs, outputs, reason) : new Refusal("PUSH_INCOMPLETE", reason);
}

/** With `in_doubt: stop`, what was sent without an answer is never sent again unasked. */
function toSend({ inDoubtPolicy }: SegmentInputs, { pending, inDoubt }: Decision): readonly number[] {
  const held = new Set(inDoubtPolicy === "stop" ? inDoubt : []);
  return pending.filter((index) => !held.has(index));
}

async function push(
  inputs: SegmentInputs,
  indices: readonly number[],
  record: RunRecord,
  ports: Ports,
  wire: () => Promise<Wire>,
): Promise<PushReport> {
  const messages = await readMessages(inputs, ports);
  const parcels = indices.flatMap((index) => {
    const message = messages[index];
    return message === undefined ? [] : [toParcel(completeMessage(message, inputs, ports), index)];
  });
  return runPush({
    target: inputs,
    batches: pack(parcels),
    inDoubt: inputs.inDoubtPolicy,
    ...(await wire()),
    clock: ports.clock,
    stop: ports.cancelled,
    onOutcome: (outcome) => record.add(outcome),
  });
}

function lastPush(
  report: PushReport | undefined,
  record: RunRecord,
  before: SegmentOutputs | undefined,
  ports: Ports,
): LastPush {
  if (before !== undefined && (report?.messages.pushed ?? 0) === 0) return before.lastPush;
  return {
    pushed: report?.messages.pushed ?? 0,
    requests: report?.requests ?? 0,
    maybeTwice: record.maybeTwice,
    at: isoTime(ports),
    commit: ports.commit(),
  };
}

function metricsOf(
  report: PushReport | undefined,
  before: SegmentOutputs | undefined,
  ports: Ports,
): Pick<SegmentOutputs, "metrics" | "metricsAt"> {
  if (report?.metrics !== undefined) return { metrics: report.metrics, metricsAt: isoTime(ports) };
  const { metrics, metricsAt } = before ?? {};
  return metrics === undefined || metricsAt === undefined ? {} : { metrics, metricsAt };
}

async function warnOfDoubles({ self }: SegmentInputs, { maybeTwice }: RunRecord, ports: Ports): Promise<void> {
  if (maybeTwice.length === 0) return;
  await ports.tell(
    "warning",
    `${count(maybeTwice.length, "message")} may have arrived twice, since an answer was lost: ${names(maybeTwice)}`,
    self,
  );
}

function isoTime({ clock }: Ports): string {
  return new Date(clock.now()).toISOString();
}
