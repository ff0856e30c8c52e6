import { expect, it } from "vitest";
import {
  assertApproved,
  isSubsetOf,
  type PushIdentity,
  pushDigest,
  toOpenPush,
  toPlannedPush,
} from "../../../src/lifecycle/apply/approval.ts";
import { emptyRequest } from "../../../src/lifecycle/protocol/request.ts";

const identity = {
  project: "shop",
  stack: "dev",
  manifest: "a",
  segment: 0,
  accountId: "account",
  queue: "orders",
  queueId: "q1",
  mode: "once",
  inDoubtPolicy: "resend",
  digest: "v1:AAAAAAAAAAAAAAAAAAAAAA",
} as const;

const named = (inputs: PushIdentity, indices: readonly number[]) => pushDigest(inputs, toPlannedPush(inputs, indices));

it("identifies a push by its target, its content and its selection", () => {
  const base = named(identity, [0, 1, 2]);
  expect(base).toMatch(/^p1:[A-Za-z0-9_-]{22}$/);
  const others = [
    named({ ...identity, stack: "prod" }, [0, 1, 2]),
    named({ ...identity, project: "other" }, [0, 1, 2]),
    named({ ...identity, manifest: "b" }, [0, 1, 2]),
    named({ ...identity, segment: 1 }, [0, 1, 2]),
    named({ ...identity, queue: "mails" }, [0, 1, 2]),
    named({ ...identity, mode: "every_deploy" }, [0, 1, 2]),
    named({ ...identity, digest: "v1:BBBBBBBBBBBBBBBBBBBBBB" }, [0, 1, 2]),
    named({ ...identity, queueId: "q2" }, [0, 1, 2]),
    named({ ...identity, accountId: "other" }, [0, 1, 2]),
    named({ ...identity, inDoubtPolicy: "stop" }, [0, 1, 2]),
    named({ ...identity, requires: { consumer: true, notPaused: false, maxBacklog: undefined } }, [0, 1, 2]),
    named({ ...identity, requires: { consumer: false, notPaused: true, maxBacklog: undefined } }, [0, 1, 2]),
    named({ ...identity, requires: { consumer: false, notPaused: true, maxBacklog: 7 } }, [0, 1, 2]),
    named(identity, [0, 1]),
    named(identity, [0, 2]),
  ];
  expect(new Set([base, ...others]).size).toBe(others.length + 1);
});

it("has no two forms of indices that look alike", () => {
  const lists = [[], [0], [1], [0, 1], [0, 2], [0, 1, 2], [0, 1, 3], [0, 12], [0, 1, 12], [1, 2, 3, 7, 9, 10]];
  expect(new Set(lists.map((list) => named(identity, list))).size).toBe(lists.length);
});

it("does not change from one version to the next", () => {
  expect(named(identity, [0, 1, 2, 5])).toMatchInlineSnapshot(`"p1:Ky4uCmeI38UzljXeB3201Q"`);
});

it("refuses pushes that were not reviewed, and nothing if there was no review", async () => {
  const approvedPushes: string[] = [];
  const other = { ...identity, manifest: "b" };
  approvedPushes.push(named(identity, [0, 1]), named({ ...other, queueId: "" }, [0]));
  const refused = (inputs: PushIdentity, indices: readonly number[]) =>
    assertApproved(inputs, async () => indices, { approvedPushes }).then(
      () => false,
      (error) => error.code === "PLAN_DIFFERS",
    );
  expect(await refused(identity, [0, 1])).toBe(false);
  // The queue of b did not exist yet when the plan was reviewed.
  expect(await refused(other, [0])).toBe(false);
  // The messages of c are known only to the run itself.
  const open = { ...identity, manifest: "c" };
  approvedPushes.push(pushDigest(open, toOpenPush({ ...open, queueId: "" })));
  expect(await refused(open, [0, 5])).toBe(false);
  expect(await refused({ ...open, inDoubtPolicy: "stop" }, [0, 5])).toBe(true);
  expect(await refused(identity, [])).toBe(false);
  expect(await refused(identity, [0])).toBe(true);
  expect(await refused({ ...identity, queueId: "q2" }, [0, 1])).toBe(true);
  await assertApproved(identity, () => Promise.reject(new Error("not asked")), emptyRequest);
});

it("accepts the rest of a reviewed push as a part of it, and nothing else", () => {
  const reviewed = toPlannedPush(identity, [0, 1, 2, 3, 7, 9, 10, 11]);
  const isPart = (more: Partial<PushIdentity>, indices: readonly number[]) =>
    isSubsetOf(toPlannedPush({ ...identity, ...more }, indices), reviewed);
  for (const indices of [[0, 1, 2, 3, 7, 9, 10, 11], [2, 3, 7, 10], [7], [11]]) expect(isPart({}, indices)).toBe(true);
  for (const indices of [[4], [3, 4], [6, 7], [7, 8, 9], [11, 12]]) expect(isPart({}, indices)).toBe(false);
  const others = [
    { manifest: "b" },
    { segment: 1 },
    { queue: "mails" },
    { queueId: "q2" },
    { mode: "every_deploy" },
    { accountId: "other" },
    { inDoubtPolicy: "stop" },
    { requires: { consumer: true, notPaused: false, maxBacklog: undefined } },
    { digest: "v1:BBBBBBBBBBBBBBBBBBBBBB" },
  ] as const;
  for (const other of others) expect(isPart(other, [0])).toBe(false);
  // The queue did not exist yet when the plan was reviewed.
  expect(isSubsetOf(toPlannedPush(identity, [0]), { ...reviewed, queueId: "" })).toBe(true);
  // The messages are known only to the run itself.
  expect(
    isSubsetOf(toPlannedPush({ ...identity, digest: "v1:BBBBBBBBBBBBBBBBBBBBBB" }, [4, 20]), toOpenPush(identity)),
  ).toBe(true);
});
