import { describe, expect, it } from "vitest";
import { describeEvent } from "../../../src/lifecycle/protocol/describe.ts";
import { decodeEvent, encodeEvent, type RunEvent, type RunEventKind } from "../../../src/lifecycle/protocol/events.ts";

/** One event of each kind, and its text for users. */
const events: { readonly [Kind in RunEventKind]: readonly [Extract<RunEvent, { kind: Kind }>, string | undefined] } = {
  planned: [
    {
      kind: "planned",
      queue: "orders",
      toPush: 1,
      pushedBefore: 1_000,
      held: 2,
      mayRepeat: 0,
      forgotten: 3,
      unresolved: 0,
      countUnknown: false,
    },
    "info: 1 message to push to orders, 1,000 pushed before, 2 in doubt, not sent again, 3 removed from the manifest: dropped from the ledger, but not recalled from the queue",
  ],
  progress: [
    { kind: "progress", pushed: 1_000, total: 2_000, perSecond: 99.6, secondsLeft: 10 },
    "info: 1,000 of 2,000 messages pushed, 100 a second, 10 s left",
  ],
  waiting: [
    {
      kind: "waiting",
      reason: "a reason, with a comma: and a colon",
      until: "2026-08-01T10:00:00.000Z",
      secondsLeft: 3,
    },
    "info: waiting for at most 3 s, until 2026-08-01T10:00:00.000Z: a reason, with a comma: and a colon",
  ],
  resumed: [{ kind: "resumed", seconds: 66 }, "info: resumed after a wait of 66 s"],
  other_run: [{ kind: "other_run", pid: 7 }, "info: waiting for process 7, which is still pushing these messages"],
  recovered: [
    { kind: "recovered", arrived: 5, inDoubt: 1 },
    "info: the journal of an interrupted run shows that 5 messages arrived, and 1 may have arrived",
  ],
  ledger_asked: [
    { kind: "ledger_asked", arrived: 5, absent: 1_000, inDoubt: 2 },
    "info: according to the Worker's ledger, 5 of the messages in doubt arrived and 1,000 did not; 2 stay in doubt",
  ],
  recognized: [
    { kind: "recognized", messages: 3 },
    expect.stringMatching(/^info: 3 messages not sent again, because the Worker's ledger has them/),
  ],
  possible_duplicates: [
    { kind: "possible_duplicates", messages: 3, names: ["<{%fg 1%}>", "#2"], more: 1 },
    "warning: 3 messages may have arrived twice, since an answer was lost: <{%fg 1%}>, #2 and 1 more",
  ],
  queue_paused: [{ kind: "queue_paused", queue: "orders" }, expect.stringMatching(/^warning: delivery of orders is/)],
  queue_gone: [
    { kind: "queue_gone", queue: "orders", queueId: "q1" },
    expect.stringMatching(/^warning: the queue orders \(q1\) is gone/),
  ],
  repaired: [
    { kind: "repaired", action: "settle_pushed", messages: 1 },
    "info: 1 message in doubt marked as pushed; nothing was pushed",
  ],
  removed: [
    { kind: "removed", queue: "orders", pushed: 2 },
    "info: ledger removed; 2 messages already pushed to orders cannot be recalled",
  ],
  warned: [{ kind: "warned", code: "JOURNAL_UNUSABLE", message: "it stays" }, "warning: it stays"],
  refused: [{ kind: "refused", code: "PLAN_DIFFERS", message: "PLAN_DIFFERS: two\nlines" }, undefined],
  outcome: [{ kind: "outcome", pushed: 1, inDoubt: 2, notSent: 3 }, undefined],
};

describe.each(Object.values(events))("$kind", (event: RunEvent, text) => {
  it("is restored from its JSON, which is one line without Pulumi's colour tags", () => {
    const encoded = encodeEvent(event);
    expect(encoded).not.toMatch(/[<\n\p{Cc}]/u);
    expect(decodeEvent(encoded)).toEqual({ kind: "event", event });
  });

  it("has a sentence for display, or is printed by Pulumi", () => {
    const described = describeEvent(event);
    expect(described && `${described.severity}: ${described.text}`).toEqual(text);
  });
});

it.each(["", "1,000 of 2,000 messages pushed, 100 a second, 10 s left", '{"kind":"progress"}', "[]", "null"])(
  "treats no other text as an event: %s",
  (text) => {
    expect(decodeEvent(text)).toEqual({ kind: "other" });
  },
);

it.each([
  [
    '{"queueSeeder":2,"kind":"resumed","seconds":1}',
    "it was written by a newer version of queue-seeder (format 2, and this one reads 1)",
  ],
  ['{"queueSeeder":"1","kind":"resumed","seconds":1}', "it is not in queue-seeder's format"],
  ['{"queueSeeder":1,"kind":"resumed"', "it is not JSON"],
  ['{"queueSeeder":1,"kind":"toString"}', "its kind is toString"],
  ['{"queueSeeder":1,"kind":"resumed","seconds":"1"}', "its field seconds is not a number"],
  ['{"queueSeeder":1,"kind":"resumed","seconds":null}', "its field seconds is not a number"],
  ['{"queueSeeder":1,"kind":"repaired","action":"push","messages":1}', "its field action is not a repair"],
  [
    '{"queueSeeder":1,"kind":"possible_duplicates","messages":1,"names":[1],"more":0}',
    "its field names is not a texts",
  ],
])("reports why it cannot read a payload: %s", (text, message) => {
  expect(decodeEvent(text)).toEqual({ kind: "unreadable", message });
});

it("keeps a text with half a surrogate pair readable", () => {
  const decoded = decodeEvent(encodeEvent({ kind: "queue_paused", queue: "half \ud83d" }));
  expect(decoded).toMatchObject({ event: { queue: expect.stringMatching(/^half ./) } });
});
