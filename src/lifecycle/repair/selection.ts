import { formatNumber } from "../../format.ts";
import { formatRowLabel, parseRowLabel } from "../../labels.ts";
import type { Decision } from "../../plan/index.ts";
import { SeederError } from "../errors.ts";
import { rowNumber } from "../ledger/row-ledger.ts";
import type { SegmentLedger } from "../ledger/types.ts";
import type { RepairAction } from "../protocol/events.ts";
import type { RepairRequest } from "../protocol/request.ts";
import type { SegmentInputs, SegmentOutputs } from "../state/segment.ts";

type EditedRange = Decision["edited"][number];

/** Checks whether a repair applies to a segment. */
export function appliesTo({ segments }: RepairRequest, { resourceUrn }: Pick<SegmentInputs, "resourceUrn">): boolean {
  return resourceUrn.slice(0, resourceUrn.lastIndexOf("/")) === segments;
}

/** Checks whether a repair covers the whole manifest, so that a data file is accepted even if rows were removed from it. */
export function acceptsWholeFile({ action, messages }: Pick<RepairRequest, "action" | "messages">): boolean {
  return messages === undefined && (action === "baseline" || action === "forget");
}

/**
 * Reports whether a repair concerns a segment of a data file that was not pushed to the file's new queue yet. After a run that
 * failed, some segments have a ledger of the new queue and some do not, and only the former can be repaired.
 *
 * @param recorded the segment's outputs, which belong to its earlier queue
 */
export function appliesToQueue(
  { action, messages }: RepairRequest,
  recorded: Pick<SegmentOutputs, "inDoubt">,
  inputs: Pick<SegmentInputs, "content" | "messages">,
): boolean {
  if (inputs.content.kind !== "rows") return true;
  if (messages === undefined) {
    const isSettled = action === "settle_pushed" || action === "settle_resend";
    return !isSettled || recorded.inDoubt > 0;
  }
  const [first, last] = [rowNumber(inputs, 0), rowNumber(inputs, inputs.messages - 1)];
  return messages.map(parseRowLabel).some((number) => number !== undefined && number >= first && number <= last);
}

/** Returns the indices of the messages to which an action can apply. */
function eligibleMessages(
  action: RepairAction,
  { alreadyPushed, pending, inDoubt, edited }: Decision,
): readonly number[] {
  const changed = edited.flatMap(indicesOf);
  switch (action) {
    case "baseline":
      return [...pending, ...changed];
    case "forget":
      return [...alreadyPushed, ...inDoubt, ...changed];
    case "settle_pushed":
    case "settle_resend":
      return inDoubt;
  }
}

/**
 * Returns the indices of the messages to repair.
 *
 * @throws SeederError if the request names a message to which the action cannot apply
 */
export function selectMessages(
  { action, messages }: RepairRequest,
  { decision, labelOf }: SegmentLedger,
  inputs: SegmentInputs,
): number[] {
  const { content, manifest, messages: total } = inputs;
  // If a data file has become shorter, the missing rows leave the ledger.
  const possible = [...new Set(eligibleMessages(action, decision))].filter((index) => index < total);
  if (messages === undefined) return possible;
  const indexOf = messageFinder(labelOf, inputs);
  const named = new Set(messages.map(indexOf));
  const chosen = possible.filter((index) => named.has(index));
  // A data file has several segments, and each contains only its own rows.
  if (content.kind === "rows") return chosen;
  const known = new Set<number | undefined>(chosen);
  const unknown = messages.filter((name) => !known.has(indexOf(name)));
  if (unknown.length === 0) return chosen;
  const what = `${manifest} has no message ${unknown.map((name) => JSON.stringify(name)).join(", ")} that is ${eligibleStates[action]}`;
  throw new SeederError("MESSAGE_UNKNOWN", `${what}. ${remedies[action]}; nothing was changed.`);
}

/**
 * Finds messages by name. A name that is the id of a message means that message, even if it also looks like a number. A row is found
 * by its number, or by its number with the id that it has now.
 */
function messageFinder(labelOf: SegmentLedger["labelOf"], inputs: SegmentInputs): (name: string) => number | undefined {
  const byNumber = new Map<string, number>();
  const byLabel = new Map<string, number>();
  for (let index = 0; index < inputs.messages; index += 1) {
    const label = labelOf(index);
    const number = formatRowLabel(rowNumber(inputs, index));
    byNumber.set(number, index);
    if (label !== number) byLabel.set(label, index);
  }
  return (name) => byLabel.get(name) ?? byLabel.get(JSON.stringify(name)) ?? byNumber.get(name);
}

/** How to find the names of the messages to which an action can apply. */
const remedies: Readonly<Record<RepairAction, string>> = {
  baseline: "`queue-seeder plan` lists the messages to push",
  forget: "Name each message by its id, or by `#` and its number",
  settle_pushed: "`queue-seeder status` lists the messages in doubt",
  settle_resend: "`queue-seeder status` lists the messages in doubt",
};

const eligibleStates = {
  baseline: "pending or edited",
  forget: "pushed or in doubt",
  settle_pushed: "in doubt",
  settle_resend: "in doubt",
} as const satisfies Record<RepairAction, string>;

/**
 * Returns the edited ranges that a repair leaves unchanged. Rows that the ledger stores as one range are accepted together, since
 * their digests are combined.
 *
 * @param chosen indices of the messages to repair
 * @throws SeederError if the repair includes only some rows of an edited range
 */
export function remainingEdits(
  repair: RepairRequest,
  { edited }: Decision,
  chosen: readonly number[],
  inputs: SegmentInputs,
): readonly EditedRange[] {
  const about = new Set(chosen);
  return edited.filter((range) => {
    const rows = indicesOf(range);
    const there = rows.filter((index) => index < inputs.messages);
    const gone = rows.length - there.length;
    const some = there.some((index) => about.has(index));
    const all = there.every((index) => about.has(index));
    if (all && (gone === 0 || acceptsWholeFile(repair) || (some && repair.messages === undefined))) return false;
    if (some) assertWholeRange(inputs, range, gone);
    return true;
  });
}

function assertWholeRange(inputs: SegmentInputs, { index, messages }: EditedRange, gone: number): never {
  const label = (at: number) => formatRowLabel(rowNumber(inputs, at));
  const range = `${label(index)} to ${label(index + messages - 1)}`;
  const what = gone === 0 ? "one or more of them were edited" : `${formatNumber(gone)} of them are gone`;
  const next = gone === 0 ? "Name all of them, or no message at all" : "Name no message at all";
  throw new SeederError(
    "ROWS_TOGETHER",
    `the ledger stores the rows ${range} of ${inputs.manifest} as one block, and ${what}. ` +
      `${next}, to repair the whole manifest. Nothing was changed.`,
  );
}

function indicesOf({ index, messages }: EditedRange): number[] {
  return Array.from({ length: messages }, (_, at) => index + at);
}
