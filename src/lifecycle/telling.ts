import type { Delivery } from "./context.ts";
import type { RunEventOf } from "./protocol/events.ts";
import type { Account } from "./record.ts";
import type { SegmentInputs, SegmentOutputs } from "./segment.ts";
import type { Session } from "./session.ts";
import { firstNames } from "./summary.ts";

/** Says what the journals of interrupted runs knew. */
export async function tellRecovered({ inputs, claim: { left }, book, session }: Delivery): Promise<void> {
  if (left.length === 0) return;
  const { carried, decision } = book;
  const recovered = { arrived: carried.pushed.length, inDoubt: decision.inDoubt.length };
  await session.ports.log({ kind: "recovered", ...recovered }, inputs.resourceUrn);
}

/** Names what may have arrived twice. */
export async function warnOfDoubles(
  { resourceUrn }: SegmentInputs,
  { possibleDuplicates }: Account,
  { log }: Session["ports"],
): Promise<void> {
  if (possibleDuplicates.length === 0) return;
  await log(
    { kind: "possible_duplicates", messages: possibleDuplicates.length, ...firstNames(possibleDuplicates) },
    resourceUrn,
  );
}

/** How the push of a segment ended: what the outputs say of this run, not of one before it. */
export function outcomeOf(
  { messages }: Pick<SegmentInputs, "messages">,
  { pushed, inDoubt }: Account,
  before: Pick<SegmentOutputs, "lastPush"> | undefined,
  { lastPush }: Pick<SegmentOutputs, "lastPush">,
): RunEventOf<"outcome"> {
  return {
    kind: "outcome",
    pushed: lastPush === before?.lastPush ? 0 : lastPush.pushed,
    inDoubt: inDoubt.length,
    notSent: messages - pushed.length - inDoubt.length,
  };
}
