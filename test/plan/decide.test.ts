import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decide,
  emptyLedger,
  isUpToDate,
  type Ledger,
  type MessageKey,
  messageDigest,
  withCopyIndex,
} from "../../src/plan/index.ts";

const digest = (body: string) => messageDigest({ contentType: "text", body });
const key = (body: string, id?: string): MessageKey => ({ digest: digest(body), id });
const [one, other] = [digest("a manifest"), digest("another")];

function ledger(pushed: MessageKey[], more: Partial<Ledger> = {}): Ledger {
  return { deliveryDigest: one, complete: true, pushed, inDoubt: [], ...more };
}
const once = (...keys: MessageKey[]) => ({ mode: "once", deliveryDigest: one, keys }) as const;

describe("once", () => {
  it("pushes everything the first time", () => {
    expect(decide(once(key("a"), key("b")), emptyLedger).pending).toEqual([0, 1]);
  });

  it("pushes only new messages, wherever they are", () => {
    const { pending, alreadyPushed } = decide(once(key("new"), key("a"), key("b")), ledger([key("a"), key("b")]));
    expect({ pending, kept: alreadyPushed }).toEqual({ pending: [0], kept: [1, 2] });
  });

  it("drops removed messages, and pushes them again if they come back", () => {
    const removed = decide(once(key("a")), ledger([key("a"), key("b", "id-b")]));
    expect(removed).toMatchObject({ pending: [], removed: [key("b", "id-b")] });
    expect(decide(once(key("a"), key("b", "id-b")), ledger([key("a")])).pending).toEqual([1]);
  });

  it("refuses a different body under a pushed id", () => {
    const { edited, pending } = decide(once(key("changed", "x"), key("new")), ledger([key("body", "x")]));
    expect(edited).toEqual([{ index: 0, messages: 1, id: "x", pushed: digest("body"), present: digest("changed") }]);
    expect(pending).toEqual([1]);
  });

  it("counts duplicates without ids", () => {
    expect(decide(once(key("a"), key("a"), key("a")), ledger([key("a"), key("a")])).pending).toEqual([2]);
    expect(decide(once(key("a")), ledger([key("a"), key("a")])).removed).toEqual([key("a")]);
  });

  it("distinguishes equal messages, as long as they keep their numbers", () => {
    const [first, second, third] = withCopyIndex([key("a"), key("a"), key("a")]) as [
      MessageKey,
      MessageKey,
      MessageKey,
    ];
    expect(decide(once(first, second, third), ledger([third])).pending).toEqual([0, 1]);
    expect(decide(once(first, second), ledger([third])).pending).toEqual([1]);
    expect(decide(once(first, second), ledger([first, second, third])).removed).toEqual([third]);
  });

  it("does not treat a message as new because its id was added or removed", () => {
    expect(decide(once(key("a", "x")), ledger([key("a")]))).toMatchObject({ pending: [], removed: [] });
    expect(decide(once(key("a")), ledger([key("a", "x")]))).toMatchObject({ pending: [], removed: [] });
  });

  it("treats another id as another message, even with the same body", () => {
    expect(decide(once(key("a", "y")), ledger([key("a", "x")]))).toMatchObject({
      pending: [0],
      removed: [key("a", "x")],
    });
  });

  it("gives an entry without an id to the message without one first", () => {
    expect(decide(once(key("a", "x"), key("a")), ledger([key("a")])).pending).toEqual([0]);
  });

  it.each([
    ["without ids", undefined, undefined],
    ["whose ids were taken away", undefined, "id"],
    ["whose ids were added", "id", undefined],
    ["whose ids are others", "new", "old"],
  ])("examines equal messages %s once each", (_, wantedId, pushedId) => {
    const reads = (count: number) => {
      let seen = 0;
      const keys = (prefix: string | undefined): MessageKey[] =>
        Array.from({ length: count }, (_, index) => ({
          digest: one,
          get id() {
            seen += 1;
            return prefix && `${prefix}-${index}`;
          },
        }));
      decide(once(...keys(wantedId)), ledger(keys(pushedId), { inDoubt: keys(pushedId) }));
      return seen;
    };
    expect(reads(2_000)).toBeLessThanOrEqual(2.5 * reads(1_000));
  });

  it("marks messages that were sent without an answer", () => {
    const decision = decide(once(key("a"), key("b")), ledger([key("a")], { inDoubt: [key("b")], complete: false }));
    expect(decision).toMatchObject({ pending: [1], inDoubt: [1] });
  });

  it("is settled by a run that pushes the rest, for any ledger", () => {
    const keys = fc.array(fc.record({ body: fc.constantFrom("a", "b", "c"), id: fc.option(fc.nat(5)) }), {
      maxLength: 8,
    });
    const toKeys = (drawn: { body: string; id: number | null }[]) => {
      const ids = new Set<number>();
      return drawn.flatMap(({ body, id }) => {
        if (id === null) return [key(body)];
        if (ids.has(id)) return [];
        ids.add(id);
        return [key(body, `id-${id}`)];
      });
    };
    fc.assert(
      fc.property(keys, keys, (wantedDrawn, pushedDrawn) => {
        const desired = toKeys(wantedDrawn);
        const recorded = ledger(toKeys(pushedDrawn));
        const { pending, alreadyPushed, edited, removed } = decide(once(...desired), recorded);
        // Every desired message has exactly one fate; every recorded one is kept, edited or removed.
        expect([...pending, ...alreadyPushed, ...edited.map(({ index }) => index)].sort((a, b) => a - b)).toEqual(
          desired.map((_, index) => index),
        );
        expect(alreadyPushed.length + edited.length + removed.length).toBe(recorded.pushed.length);
        const after = ledger(desired);
        expect(isUpToDate(decide(once(...desired), after), after)).toBe(true);
      }),
    );
  });
});

describe("on_change", () => {
  const desired = { mode: "on_change", deliveryDigest: one, keys: [key("a"), key("b")] } as const;

  it("pushes nothing while the manifest is the same", () => {
    const recorded = ledger([key("a"), key("b")]);
    expect(isUpToDate(decide(desired, recorded), recorded)).toBe(true);
  });

  it("pushes all of it when any of it changed", () => {
    expect(decide(desired, ledger([key("a"), key("b")], { deliveryDigest: other })).pending).toEqual([0, 1]);
  });

  it("resumes a delivery of the same manifest, and starts again for another", () => {
    expect(decide(desired, ledger([key("a")], { complete: false })).pending).toEqual([1]);
    expect(decide(desired, ledger([key("a")], { complete: false, deliveryDigest: other })).pending).toEqual([0, 1]);
  });

  it("never reports a message as edited", () => {
    const changed = { ...desired, deliveryDigest: other, keys: [key("changed", "x")] };
    expect(decide(changed, ledger([key("a", "x")]))).toMatchObject({ pending: [0], edited: [], removed: [] });
  });
});

describe("every_deploy", () => {
  const desired = { mode: "every_deploy", deliveryDigest: one, keys: [key("a"), key("b")] } as const;

  it("pushes all of it again after a whole delivery", () => {
    const recorded = ledger([key("a"), key("b")]);
    expect(decide(desired, recorded).pending).toEqual([0, 1]);
    expect(isUpToDate(decide(desired, recorded), recorded)).toBe(false);
  });

  it("first finishes a delivery that failed", () => {
    expect(decide(desired, ledger([key("a")], { complete: false })).pending).toEqual([1]);
  });
});
