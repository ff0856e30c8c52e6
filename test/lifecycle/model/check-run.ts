import type { SegmentOutputs } from "../../../src/lifecycle/state/segment.ts";
import type { Item } from "./edits.ts";
import { type Entry, type Expectation, expected, type Fate, type Frame, nothing, type Part } from "./model.ts";
import type { Run, Seen } from "./world.ts";

/** The frames that are possible after a run, if there is one; otherwise the violations. */
export interface CheckResult {
  readonly frames: readonly Frame[];
  readonly wrong: readonly string[];
}

/** Facts in addition to the frames. */
export interface Known {
  /** Bodies that a restored older state does not contain: each may be in the queue, or be sent once more. */
  readonly loose: ReadonlySet<number>;
  /** Whether an older state was restored: a later journal may report any message as in doubt. */
  readonly isRestored: boolean;
}

/** A run, and the number of its delivery of the whole data file; undefined if each segment has its own. */
export type RunOf = Run & { readonly turn: number | undefined };

/** Maximum number of frames that are kept. */
const most = 12;

/** More copies than any sequence puts into the queue for one message. */
const mostCopies = 40;

/** Compares the result of a run for one segment with every possible frame. */
export function checkRun(frames: readonly Frame[], part: Part, seen: Seen, run: RunOf, known: Known): CheckResult {
  const verdicts = frames.map((frame) =>
    (run.repair === undefined ? checkUp : checkRepair)(frame, part, seen, run, known),
  );
  const right = verdicts.filter(({ wrong }) => wrong.length === 0);
  if (right.length === 0) return { frames: [], wrong: verdicts.flatMap(({ wrong }) => wrong) };
  const texts = new Set(right.flatMap((verdict) => verdict.frames.map((frame) => JSON.stringify(frame))));
  return { frames: [...texts].slice(0, most).map((text) => JSON.parse(text)), wrong: [] };
}

function checkUp(frame: Frame, part: Part, seen: Seen, run: RunOf, { loose, isRestored: isLoose }: Known): CheckResult {
  const plain = expected(run.tainted ? nothing : frame, part, run.turn);
  const fates = plain.fates.map((may, index): readonly Fate[] =>
    loose.has(part.items[index]?.body ?? 0)
      ? union(may, ["pushed", "doubt", "new"])
      : isLoose
        ? union(may, ["doubt"])
        : may,
  );
  const expectation: Expectation = { ...plain, fates };
  const wrong: string[] = [];
  const { refusal } = expectation;
  const accepted = counted(seen.pushed.filter((each) => each.accepted).flatMap(({ bodies }) => bodies));
  const held = part.policy === "stop" && fates.some((may) => may.includes("doubt"));
  const certainlyHeld = part.policy === "stop" && fates.some((may) => may.length === 1 && may[0] === "doubt");
  const isRefused = seen.end === "refused" && refusal !== undefined && seen.error.startsWith(refusal.code);

  if (refusal?.certain && !isLoose && !isRefused && seen.end !== "killed")
    wrong.push(`it was not refused: ${refusal.code}`);
  if (seen.end === "refused" && !isRefused) {
    const mayFail = run.disturbance !== undefined || held || isLoose;
    if (!mayFail) wrong.push(`it was refused for no reason: ${seen.error}`);
    else if (!isLoose && !/^(PUSH_INCOMPLETE|ENGINE_GONE|DATA_FILE_EDITED)/.test(seen.error))
      wrong.push(`it was refused with ${seen.error}`);
  }
  if (seen.end === "failed" && run.disturbance === undefined && !held && !isLoose)
    wrong.push(`it failed for no reason: ${seen.error}`);
  if (certainlyHeld && (seen.end === "same" || seen.end === "done")) wrong.push("what is held was not named");
  if (seen.end === "refused" && accepted.size > 0) wrong.push("the state hears nothing of what was accepted");

  const copies = plain.fresh ? keepDoubted(frame.copies, part, fates) : frame.copies;
  const named = { ...(plain.fresh ? keepDoubted(frame.named, part, fates) : frame.named) };
  for (const index of indicesOf(seen.named, part)) {
    const body = part.items[index]?.body ?? 0;
    named[body] = (named[body] ?? 0) + 1;
  }
  const wanted = new Set([...part.items.map(({ body }) => body), ...accepted.keys()]);
  const ends = seen.end === "same" || seen.end === "done";
  for (const body of wanted) {
    if (loose.has(body)) continue;
    const of = fates.filter((_, index) => part.items[index]?.body === body);
    const must = of.filter((may) => may.every((fate) => goes(fate, part)));
    const may = of.filter((each) => each.some((fate) => goes(fate, part)));
    const sent = accepted.get(body) ?? 0;
    if (ends && sent < must.length) wrong.push(`${body} was lost: ${sent} of ${must.length} sent`);
    // A message is named once, however many copies there may be.
    const again = seen.end === "killed" ? lostAnswers(seen, body, part) : (named[body] ?? 0) * mostCopies;
    if (sent > may.length + again)
      wrong.push(`${body} was sent ${sent} times, ${may.length} at most, ${again} of them named`);
    const uncertain = of.filter((each) => each.length !== 1 || each[0] !== "pushed").length;
    const extra = (copies[body] ?? 0) + sent - uncertain;
    if (seen.end !== "killed" && sent > 0 && extra > (named[body] ?? 0) * mostCopies)
      wrong.push(`${body} is there ${extra} times too often, unnamed`);
  }
  if (seen.outs !== undefined) wrong.push(...account(seen.outs, part, fates, seen, loose));
  if (wrong.length > 0) return { frames: [], wrong: wrong.map((text) => `${text} (by ${JSON.stringify(frame)})`) };

  const total: Record<number, number> = { ...copies };
  for (const [body, sent] of accepted) total[body] = (total[body] ?? 0) + sent;
  const turn = run.turn ?? (seen.end === "same" ? frame.turn : 0);
  const next = { ...frame, kind: part.kind, turn, copies: total, named };
  if (seen.end === "refused") return { frames: [frame], wrong };
  if (seen.end === "killed") return { frames: afterKill(frame, next, part, expectation, accepted), wrong };
  const after = afterRun(next, part, expectation, seen, accepted);
  if (!run.unsaved) return { frames: seen.end === "same" ? after : after.map(saved), wrong };
  if (accepted.size === 0) return { frames: [frame, ...after], wrong };
  const kept = plain.fresh ? [] : expectation.removed.map((entry) => ({ ...entry, may: union(entry.may, ["new"]) }));
  const unsaved = after.flatMap((each) => [
    { ...each, entries: [...each.entries, ...kept] },
    { ...each, entries: [...each.entries, ...kept], finished: false },
  ]);
  return { frames: unsaved, wrong };
}

/** Sets the state to the ledger. */
function saved(frame: Frame): Frame {
  const { kind, last, finished, turn } = frame;
  return { ...frame, state: { kind, last, finished, turn } };
}

/** Reports whether a message with that fate is sent. */
function goes(fate: Fate, { policy }: Part): boolean {
  return fate === "new" || (fate === "doubt" && policy === "resend");
}

/** Counts how often a body was accepted without a response: with `resend` it is sent again, and named once the run ends. */
function lostAnswers(seen: Seen, body: number, { policy }: Part): number {
  if (policy === "stop") return 0;
  return (
    counted(seen.pushed.filter(({ accepted, answered }) => accepted && !answered).flatMap(({ bodies }) => bodies)).get(
      body,
    ) ?? 0
  );
}

/** Compares the outputs with the content of the queue. @returns the differences */
function account(
  outs: SegmentOutputs,
  part: Part,
  fates: Expectation["fates"],
  seen: Seen,
  loose: ReadonlySet<number>,
): string[] {
  const wrong: string[] = [];
  const { length } = part.items;
  const doubted = indicesOf(outs.inDoubtMessages ?? [], part);
  if (doubted.length !== outs.inDoubt)
    wrong.push(`${outs.inDoubt} are in doubt, and named ${(outs.inDoubtMessages ?? []).join(", ")}`);
  if (seen.end === "done" && (outs.pushed !== length || outs.inDoubt > 0))
    wrong.push(`done with ${outs.pushed} of ${length}`);
  const answered = counted(
    seen.pushed.filter((each) => each.answered && each.accepted).flatMap(({ bodies }) => bodies),
  );
  const accepted = counted(seen.pushed.filter((each) => each.accepted).flatMap(({ bodies }) => bodies));
  let [least, greatest] = [0, 0];
  for (const body of new Set(part.items.map((item) => item.body))) {
    const of = fates.filter((_, index) => part.items[index]?.body === body);
    const doubt = doubted.filter((index) => part.items[index]?.body === body).length;
    const sure = of.filter((may) => may.length === 1 && may[0] === "pushed").length;
    const possible = of.filter((may) => may.includes("pushed")).length;
    if (!loose.has(body)) least += Math.min(of.length, sure + Math.min(answered.get(body) ?? 0, of.length - sure));
    greatest += Math.min(of.length - doubt, possible + (accepted.get(body) ?? 0));
  }
  if (outs.pushed < least || outs.pushed > greatest)
    wrong.push(`${outs.pushed} are pushed by the outputs, ${least} to ${greatest} by the queue`);
  const known = fates.filter((may) => !may.includes("new")).length;
  if (!loose.size && outs.pushed + outs.inDoubt < known)
    wrong.push(`${outs.pushed} pushed and ${outs.inDoubt} in doubt, at least ${known} were`);
  return wrong;
}

/** Returns the possible frames after a run that was not killed. */
function afterRun(
  frame: Frame,
  part: Part,
  { fates }: Expectation,
  seen: Seen,
  accepted: ReadonlyMap<number, number>,
): readonly Frame[] {
  const delivery = deliveryOf(part);
  const { outs } = seen;
  if (outs === undefined) {
    const entries = part.items.map((item) => ({ ...item, may: ["pushed"] as const }));
    return [delivery, frame.last].map((last) => ({
      ...frame,
      entries,
      last,
      finished: true,
      copies: {},
      named: {},
    }));
  }
  const entries = resolved(outs, part, fates, seen);
  const finished = outs.pushed === part.items.length;
  const open = counted(entries.filter(({ may }) => may.length > 1 || may[0] === "doubt").map(({ body }) => body));
  const copies = Object.fromEntries([...open].map(([body, most]) => [body, Math.min(frame.copies[body] ?? 0, most)]));
  const after = { ...frame, entries, finished, copies, named: only(frame.named, open) };
  // A run that sent nothing may keep the order and the delays of the previous delivery.
  return accepted.size > 0
    ? [{ ...after, last: delivery }]
    : [
        { ...after, last: delivery },
        { ...after, last: frame.last },
      ];
}

/** Derives the fates of each message from the outputs of a run, as far as they determine them. */
function resolved(outs: SegmentOutputs, part: Part, fates: Expectation["fates"], seen: Seen): Entry[] {
  const doubted = new Set(indicesOf(outs.inDoubtMessages ?? [], part));
  const answered = counted(
    seen.pushed.filter((each) => each.answered && each.accepted).flatMap(({ bodies }) => bodies),
  );
  // Answered requests are attributed first to the messages that cannot have been pushed before.
  const order = [...part.items.keys()].sort(
    (a, b) => Number(fates[a]?.includes("pushed")) - Number(fates[b]?.includes("pushed")),
  );
  const entries: Entry[] = [...part.items].map((item) => ({ ...item, may: [] }));
  for (const index of order) {
    const item = part.items[index] as Item;
    const may = fates[index] ?? [];
    const left = answered.get(item.body) ?? 0;
    const isKnown = may.length === 1 && may[0] === "pushed";
    if (!doubted.has(index) && !isKnown && left > 0) answered.set(item.body, left - 1);
    const after: readonly Fate[] = may.includes("pushed") ? ["pushed", "new"] : ["new"];
    const all = outs.pushed === part.items.length || isKnown || left > 0;
    entries[index] = { ...item, may: doubted.has(index) ? ["doubt"] : all ? ["pushed"] : after };
  }
  const sure = entries.filter(({ may }) => may.length === 1 && may[0] === "pushed").length;
  const possible = entries.filter(({ may }) => may.includes("pushed")).length;
  if (possible === outs.pushed)
    return entries.map((entry) => (entry.may.includes("pushed") ? { ...entry, may: ["pushed"] } : entry));
  if (sure === outs.pushed) return entries.map((entry) => (entry.may.length > 1 ? { ...entry, may: ["new"] } : entry));
  return entries;
}

/** Returns the possible frames after a kill: accepted messages are pushed or in doubt, those in flight may be. */
function afterKill(
  before: Frame,
  next: Frame,
  part: Part,
  { fates, fresh, removed }: Expectation,
  accepted: ReadonlyMap<number, number>,
): readonly Frame[] {
  const entries = part.items.map((item, index): Entry => {
    const may = fates[index] ?? [];
    if (!may.some((fate) => goes(fate, part))) return { ...item, may };
    const inPlay = part.items.filter(
      (each, at) => each.body === item.body && (fates[at] ?? []).some((fate) => goes(fate, part)),
    ).length;
    const sent = accepted.get(item.body) ?? 0;
    if (sent >= inPlay) return { ...item, may: ["pushed", "doubt"] };
    return { ...item, may: sent > 0 ? ["pushed", "doubt", "new"] : union(may, ["doubt"]) };
  });
  const kept = fresh ? [] : removed.map((entry) => ({ ...entry, may: union(entry.may, ["new"]) }));
  const started = { ...next, entries: [...entries, ...kept], last: deliveryOf(part), finished: false };
  return accepted.size > 0 ? [started] : [started, before];
}

function checkRepair(
  frame: Frame,
  part: Part,
  seen: Seen,
  { repair, unsaved, turn }: RunOf,
  { loose }: Known,
): CheckResult {
  if (seen.pushed.length > 0) return { frames: [], wrong: ["a repair pushed something"] };
  if (seen.end === "killed" || seen.end === "failed")
    return { frames: [], wrong: [`a repair ${seen.end}: ${seen.error}`] };
  if (
    seen.end === "refused" &&
    !/^(MESSAGE_EDITED|DATA_FILE_EDITED|SOURCE_CHANGED|QUEUE_CHANGED|NOT_DEPLOYED|MESSAGE_UNKNOWN|ROWS_TOGETHER)/.test(
      seen.error,
    )
  ) {
    return { frames: [], wrong: [`a repair was refused with ${seen.error}`] };
  }
  const { outs } = seen;
  if (outs === undefined || repair === undefined) return { frames: [frame], wrong: [] };
  const { fates } = expected(frame, part, turn);
  const chosen = new Set(repair.messages === undefined ? part.items.keys() : indicesOf(repair.messages, part));
  const after = fates.map((may, index): readonly Fate[] => {
    const all = loose.has(part.items[index]?.body ?? 0) ? (["pushed", "doubt", "new"] as const) : may;
    if (!chosen.has(index)) return all;
    if (repair.action === "baseline") return ["pushed"];
    if (repair.action === "forget") return ["new"];
    return union(
      [],
      all.map((fate) => (fate !== "doubt" ? fate : repair.action === "settle_pushed" ? "pushed" : "new")),
    );
  });
  const sure = after.filter((may) => may.length === 1 && may[0] === "pushed").length;
  const possible = after.filter((may) => may.includes("pushed")).length;
  if (outs.pushed < sure || outs.pushed > possible) {
    return {
      frames: [],
      wrong: [`${outs.pushed} are pushed after ${repair.action}, ${sure} to ${possible} were to be`],
    };
  }
  const entries = resolved(outs, part, after, { ...seen, pushed: [] });
  const open = new Set(entries.filter(({ may }) => may.includes("doubt")).map(({ body }) => body));
  const repaired: Frame = {
    kind: part.kind,
    entries,
    last: deliveryOf(part),
    finished: outs.pushed === part.items.length,
    turn: turn ?? 0,
    state: frame.state,
    copies: only(frame.copies, open),
    named: only(frame.named, open),
  };
  return { frames: unsaved ? [frame] : [repaired, { ...repaired, last: frame.last }].map(saved), wrong: [] };
}

function deliveryOf({ mode, kind, delivery }: Part): Frame["last"] {
  return { part: delivery.part, whole: kind === "rows" && mode !== "once" ? delivery.whole : undefined };
}

function keepDoubted(counts: Frame["copies"], part: Part, fates: Expectation["fates"]): Frame["copies"] {
  const doubted = counted(
    part.items.flatMap(({ body }, index) =>
      fates[index]?.length === 1 && fates[index]?.[0] === "doubt" ? [body] : [],
    ),
  );
  return Object.fromEntries([...doubted].map(([body, most]) => [body, Math.min(counts[body] ?? 0, most)]));
}

function only(counts: Frame["copies"], bodies: { has(body: number): boolean }): Frame["copies"] {
  return Object.fromEntries(Object.entries(counts).filter(([body]) => bodies.has(Number(body))));
}

function union(some: readonly Fate[], others: readonly Fate[]): readonly Fate[] {
  return (["pushed", "doubt", "new"] as const).filter((fate) => some.includes(fate) || others.includes(fate));
}

function counted(bodies: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const body of bodies) counts.set(body, (counts.get(body) ?? 0) + 1);
  return counts;
}

/** Returns the indices of the messages with these labels: ids, numbers, or ranges of numbers. */
function indicesOf(labels: readonly string[], { items, from }: Part): readonly number[] {
  return labels.flatMap((label) => {
    const byId = items.findIndex(({ id }: Item) => id === label);
    if (byId >= 0) return [byId];
    const [, first, last = first] = /^#(\d+)(?: to #(\d+))?$/.exec(label) ?? [];
    if (first === undefined) throw new Error(`no message is called ${label}`);
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, at) => Number(first) + at - 1 - from);
  });
}
