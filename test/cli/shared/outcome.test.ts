import { describe, expect, it } from "vitest";
import { type RunEnd, toOutcome } from "../../../src/cli/shared/outcome.ts";
import type { UnsavedPushes } from "../../../src/cli/shared/unsaved-pushes.ts";
import { outputsOf, stateOf } from "../../engine-units/fixture.ts";
import { manifestOf, planOf } from "./plan/fixture.ts";

const load = (messages: number) => ({ messages, bytes: messages, requests: 1, operations: messages });
const fine: RunEnd = {
  failed: false,
  differs: false,
  signal: undefined,
  touched: new Set(["urn:a/0", "urn:a/1"]),
  unsaved: new Map(),
};
const failed: RunEnd = { ...fine, failed: true };
const plan = planOf([manifestOf("a", { push: load(5), messages: 7, pushedBefore: 2 })]);
const before = stateOf(outputsOf("a"));
const run = (pushed: number, more: object = {}) => ({
  pushed,
  requests: 1,
  possibleDuplicates: [],
  at: "2026-08-02",
  commit: "",
  ...more,
});

describe("the outcome of a run", () => {
  it("is the sum of what its segments report as pushed", () => {
    const after = stateOf(
      outputsOf("a", { pushed: 7, lastPush: run(5, { possibleDuplicates: ["x"] }) }),
      outputsOf("a", { segment: 1, pushed: 3, lastPush: run(3) }),
    );
    expect(toOutcome(plan, before, after, fine)).toMatchObject({
      exit: 0,
      total: { pushed: 8, requests: 2, inDoubt: 0, notSent: 0 },
      manifests: [{ name: "a", possibleDuplicates: ["x"] }],
    });
  });

  it("is empty if no segment pushed anything", () => {
    expect(toOutcome(planOf([manifestOf("a")]), before, before, fine)).toMatchObject({ exit: 0, total: { pushed: 0 } });
  });

  it("is not what another run did while this one waited for the stack", () => {
    const after = stateOf(outputsOf("a", { pushed: 7, lastPush: run(5) }));
    const total = { pushed: 0, requests: 0, inDoubt: 0, notSent: 0 };
    for (const ended of [fine, failed]) {
      expect(toOutcome(plan, before, after, { ...ended, touched: new Set() }).total).toEqual(total);
    }
  });

  it("accounts for every message if the run failed", () => {
    const after = stateOf(outputsOf("a", { pushed: 4, inDoubt: 1, inDoubtMessages: ["#7"], lastPush: run(2) }));
    const { exit, manifests } = toOutcome(plan, before, after, failed);
    expect([exit, manifests]).toEqual([
      3,
      [expect.objectContaining({ pushed: 2, inDoubt: 1, notSent: 2, inDoubtMessages: ["#7"] })],
    ]);
    expect(toOutcome(plan, before, before, failed).total).toMatchObject({ pushed: 0, notSent: 5 });
  });

  it("counts held messages as in doubt, and not as not sent", () => {
    const held = planOf([manifestOf("a", { held: 2, messages: 2, inDoubtPolicy: "stop" })]);
    const state = stateOf(outputsOf("a", { pushed: 0, inDoubt: 2 }));
    expect(toOutcome(held, state, state, failed)).toMatchObject({ exit: 3, total: { inDoubt: 2, notSent: 0 } });
  });

  it("counts planned messages as not sent, in addition to held ones", () => {
    const some = planOf([manifestOf("a", { push: load(3), held: 2, messages: 5, inDoubtPolicy: "stop" })]);
    const after = stateOf(outputsOf("a", { pushed: 1, inDoubt: 2, lastPush: run(1) }));
    expect(toOutcome(some, before, after, failed).total).toMatchObject({ pushed: 1, inDoubt: 2, notSent: 2 });
  });

  it("has the metrics that the API returned last", () => {
    const metrics = (backlog_count: number) => ({ backlog_count, backlog_bytes: 0, oldest_message_timestamp_ms: 0 });
    const after = stateOf(
      outputsOf("a", { metrics: metrics(1), metricsAt: "2026-08-02T10:00:02.000Z" }),
      outputsOf("b", { metrics: metrics(9), metricsAt: "2026-08-02T10:00:01.000Z" }),
    );
    expect(toOutcome(plan, before, after, fine).queues).toEqual([
      { name: "orders", metrics: metrics(1), metricsAt: "2026-08-02T10:00:02.000Z" },
    ]);
  });
});

describe("the exit code", () => {
  const doubt = stateOf(outputsOf("a", { inDoubt: 1 }));
  it.each([
    [fine, before, 0],
    [failed, before, 1],
    [failed, doubt, 3],
    [{ ...failed, differs: true }, doubt, 5],
    [{ ...failed, signal: "SIGINT" }, before, 130],
    [{ ...failed, signal: "SIGTERM" }, before, 143],
    [{ ...failed, signal: "SIGHUP" }, before, 129],
    [{ ...failed, signal: "SIGINT" }, doubt, 3],
    // The signal arrived after all work was done.
    [{ ...fine, signal: "SIGINT" }, before, 0],
  ] as const)("of %j is %#: as documented", (ended, after, exit) => {
    expect(toOutcome(plan, before, after, ended).exit).toBe(exit);
  });
});

describe("a push that the state could not record", () => {
  const unsaved = (more: Partial<UnsavedPushes>) =>
    new Map([["a", { pushed: 0, arrived: 0, inDoubt: 0, inDoubtMessages: [], ...more }]]);

  it("counts as pushed, and not as not sent", () => {
    const ended = { ...failed, unsaved: unsaved({ pushed: 3, arrived: 3, inDoubt: 1, inDoubtMessages: ["x"] }) };
    const { exit, total, manifests } = toOutcome(plan, before, before, ended);
    expect(total).toEqual({ pushed: 3, requests: 0, inDoubt: 1, notSent: 1 });
    expect(manifests[0]?.inDoubtMessages).toEqual(["x"]);
    expect(exit).toBe(3);
  });

  it("counts as neither if an earlier run sent it", () => {
    const { total } = toOutcome(plan, before, before, { ...failed, unsaved: unsaved({ arrived: 5 }) });
    expect(total).toEqual({ pushed: 0, requests: 0, inDoubt: 0, notSent: 0 });
  });
});
