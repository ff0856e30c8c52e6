import { parseReason, stripColours } from "../../engine/pulumi-internals/cli-messages.ts";
import type { EngineEvent, EngineResult } from "../../engine/run-pulumi.ts";
import { formatNumber } from "../../format.ts";
import { describeEvent } from "../../lifecycle/protocol/describe.ts";
import { decodeEvent, type RunEventOfKind } from "../../lifecycle/protocol/events.ts";

/** The events collected from a run that repairs a ledger. */
export interface RepairCollector {
  take(event: EngineEvent): void;
  readonly repaired: readonly RunEventOfKind<"repaired">[];
  /** The provider's reasons for refusing, without duplicates. */
  readonly refusals: ReadonlySet<string>;
  /** Other errors that Pulumi logged, verbatim but without colours. */
  readonly errors: readonly string[];
  /** Why an event could not be decoded; undefined if all could. */
  readonly unreadable: string | undefined;
}

/** Creates a collector of the provider's repair events and of Pulumi's errors. */
export function collectRepair(): RepairCollector {
  const repaired: RunEventOfKind<"repaired">[] = [];
  const refusals = new Set<string>();
  const errors: string[] = [];
  let unreadable: string | undefined;
  return {
    repaired,
    refusals,
    errors,
    get unreadable() {
      return unreadable;
    },
    take({ diagnosticEvent }) {
      if (diagnosticEvent === undefined) return;
      const { message, severity } = diagnosticEvent;
      const decoded = decodeEvent(message.trimEnd());
      if (decoded.kind === "unreadable") unreadable ??= decoded.message;
      else if (decoded.kind === "other") {
        if (severity === "error") errors.push(stripColours(message).trim());
      } else if (decoded.event.kind === "repaired") repaired.push(decoded.event);
      else if (decoded.event.kind === "refused") refusals.add(decoded.event.message);
    },
  };
}

export interface RepairResult {
  readonly lines: readonly string[];
  /** The exit code. */
  readonly exit: 0 | 1;
}

/**
 * Summarizes a repair run: what was changed in all segments together and, if the run failed, why and whether the ledger was
 * changed before it failed.
 *
 * @param named number of messages named on the command line; undefined if all eligible messages are meant
 */
export function toRepairResult(
  end: EngineResult,
  { repaired, refusals, errors, unreadable }: Omit<RepairCollector, "take">,
  named: number | undefined,
): RepairResult {
  if (unreadable !== undefined) {
    const what = `EVENT_UNREADABLE: the provider of this project sent an event that this command cannot read: ${unreadable}.`;
    return { lines: [`${what} Use the same version of queue-seeder for both. ${nextStepHint}`], exit: 1 };
  }
  const [first] = repaired;
  const messages = repaired.reduce((sum, event) => sum + event.messages, 0);
  const done = first === undefined ? [] : [describeEvent({ ...first, messages })?.text ?? ""];
  if (end.kind === "ok") {
    // A segment of a data file sees only its own rows, so messages that are in no segment can only be detected here.
    const missing = (named ?? 0) - messages;
    if (missing <= 0) return { lines: done, exit: 0 };
    const what = `${formatNumber(missing)} of the ${formatNumber(named ?? 0)} named messages are not eligible and were left unchanged.`;
    return { lines: [...done, what], exit: 1 };
  }
  const state =
    done.length > 0
      ? `The ledger was changed as shown above before the run failed. ${nextStepHint}`
      : "The ledger was not changed.";
  return { lines: [...done, ...collectReasons(end, refusals, errors), state], exit: 1 };
}

const nextStepHint = "Run `queue-seeder status` for the current state.";

function collectReasons(
  end: Exclude<EngineResult, { kind: "ok" }>,
  refusals: ReadonlySet<string>,
  errors: readonly string[],
): readonly string[] {
  if (end.kind === "locked") return [`Another run holds the stack: ${end.holder.text}.`];
  if (refusals.size > 0) return [...refusals].flatMap((message) => message.split("\n"));
  if (errors.length > 0) return [...new Set(errors)].map((text) => text.split("\n")[0] ?? "");
  return [`${parseReason(end.text)}.`];
}
