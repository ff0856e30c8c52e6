import { number } from "../../figures.ts";
import type { Decision } from "../../plan/index.ts";
import { Refusal } from "../errors.ts";
import { firstRow, rowLabel } from "../ledger/row-ledger.ts";
import type { Book } from "../ledger/types.ts";
import type { RepairAction } from "../protocol/events.ts";
import type { Repair } from "../protocol/request.ts";
import type { SegmentInputs } from "../state/segment.ts";

type Edited = Decision["edited"][number];

/** Whether a repair is of all that a manifest has, so that a data file which lost rows is accepted as it is. */
export function takesAsItIs({ action, messages }: Repair): boolean {
  return messages === undefined && (action === "baseline" || action === "forget");
}

/** The messages that an action can be about. */
function subjects(action: RepairAction, { kept, pending, inDoubt, edited }: Decision): readonly number[] {
  const changed = edited.flatMap(rowsOf);
  switch (action) {
    case "baseline":
      return [...pending, ...changed];
    case "forget":
      return [...kept, ...inDoubt, ...changed];
    case "settle_pushed":
    case "settle_resend":
      return inDoubt;
  }
}

/**
 * The messages that a repair is about.
 *
 * @throws Refusal when it names one that it cannot be about
 */
export function choose({ action, messages }: Repair, { decision, labelOf }: Book, inputs: SegmentInputs): number[] {
  const { content, manifest, messages: total } = inputs;
  // Of a data file that has become shorter, what is missing is forgotten.
  const possible = [...new Set(subjects(action, decision))].filter((index) => index < total);
  if (messages === undefined) return possible;
  const indexOf = namesOf(labelOf, inputs);
  const named = new Set(messages.map(indexOf));
  const chosen = possible.filter((index) => named.has(index));
  // A data file has several segments, none of which knows the others' rows.
  if (content.kind === "rows") return chosen;
  const known = new Set<number | undefined>(chosen);
  const unknown = messages.filter((name) => !known.has(indexOf(name)));
  if (unknown.length === 0) return chosen;
  const what = `${manifest} has no message ${unknown.map((name) => JSON.stringify(name)).join(", ")} that is ${state[action]}`;
  throw new Refusal("MESSAGE_UNKNOWN", `${what}. \`queue-seeder status\` shows which there are; nothing was changed.`);
}

/** Finds messages by what they are called: an id is that before it is taken for the number of another message. */
function namesOf(labelOf: Book["labelOf"], inputs: SegmentInputs): (name: string) => number | undefined {
  const first = firstRow(inputs);
  const byNumber = new Map<string, number>();
  const byLabel = new Map<string, number>();
  for (let index = 0; index < inputs.messages; index += 1) {
    const label = labelOf(index);
    byNumber.set(rowLabel(first, index), index);
    if (label !== rowLabel(first, index)) byLabel.set(label, index);
  }
  return (name) => byLabel.get(name) ?? byLabel.get(JSON.stringify(name)) ?? byNumber.get(name);
}

const state = {
  baseline: "pending or edited",
  forget: "pushed or in doubt",
  settle_pushed: "in doubt",
  settle_resend: "in doubt",
} as const satisfies Record<RepairAction, string>;

/**
 * What was edited and is left alone by a repair. Rows that the ledger knows together are accepted together: it cannot say
 * which of them were edited.
 *
 * @param chosen the messages that the repair is about
 * @throws Refusal when it is about some rows of a range that was edited, and not about others
 */
export function leftEdited(
  repair: Repair,
  { edited }: Decision,
  chosen: readonly number[],
  inputs: SegmentInputs,
): readonly Edited[] {
  const about = new Set(chosen);
  return edited.filter((range) => {
    const rows = rowsOf(range);
    const there = rows.filter((index) => index < inputs.messages);
    const gone = rows.length - there.length;
    const some = there.some((index) => about.has(index));
    const all = there.every((index) => about.has(index));
    if (all && (gone === 0 || takesAsItIs(repair) || (some && repair.messages === undefined))) return false;
    if (some) refuseSplit(inputs, range, gone);
    return true;
  });
}

function refuseSplit(inputs: SegmentInputs, { index, messages }: Edited, gone: number): never {
  const first = firstRow(inputs);
  const range = `${rowLabel(first, index)} to ${rowLabel(first, index + messages - 1)}`;
  const what = gone === 0 ? "one or more of them were edited" : `${number(gone)} of them are gone`;
  const next = gone === 0 ? "Name all of them, or no message at all" : "Name no message at all";
  throw new Refusal(
    "ROWS_TOGETHER",
    `the ledger knows the rows ${range} of ${inputs.manifest} together, and ${what}. ` +
      `${next}, which is about the whole manifest; nothing was changed.`,
  );
}

function rowsOf({ index, messages }: Edited): number[] {
  return Array.from({ length: messages }, (_, at) => index + at);
}
