import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import {
  type PushIdentity,
  planDigest,
  pushDigest,
  refuseUnreviewed,
  reviewedVariable,
} from "../../src/lifecycle/reviewed.ts";
import { temporaryFolder } from "../manifest/support/fixture.ts";

const identity = {
  project: "shop",
  stack: "dev",
  manifest: "a",
  segment: 0,
  queue: "orders",
  queueId: "q1",
  mode: "once",
  digest: "v1:AAAAAAAAAAAAAAAAAAAAAA",
} as const;

it("knows a push by where it goes, what goes and which of it", () => {
  const base = pushDigest(identity, "q1", [0, 1, 2]);
  expect(base).toMatch(/^p1:[A-Za-z0-9_-]{22}$/);
  const others = [
    pushDigest({ ...identity, stack: "prod" }, "q1", [0, 1, 2]),
    pushDigest({ ...identity, project: "other" }, "q1", [0, 1, 2]),
    pushDigest({ ...identity, manifest: "b" }, "q1", [0, 1, 2]),
    pushDigest({ ...identity, segment: 1 }, "q1", [0, 1, 2]),
    pushDigest({ ...identity, queue: "mails" }, "q1", [0, 1, 2]),
    pushDigest({ ...identity, mode: "every_deploy" }, "q1", [0, 1, 2]),
    pushDigest({ ...identity, digest: "v1:BBBBBBBBBBBBBBBBBBBBBB" }, "q1", [0, 1, 2]),
    pushDigest(identity, "q2", [0, 1, 2]),
    pushDigest(identity, "q1", [0, 1]),
    pushDigest(identity, "q1", [0, 2]),
  ];
  expect(new Set([base, ...others]).size).toBe(others.length + 1);
});

it("has no form of indices that reads like another one", () => {
  const lists = [[], [0], [1], [0, 1], [0, 2], [0, 1, 2], [0, 1, 3], [0, 12], [0, 1, 12], [1, 2, 3, 7, 9, 10]];
  expect(new Set(lists.map((list) => pushDigest(identity, "q1", list))).size).toBe(lists.length);
});

it("does not change from one version to the next", () => {
  expect(pushDigest(identity, "q1", [0, 1, 2, 5])).toMatchInlineSnapshot(`"p1:nFlqxGvi5JUcMv4btV26Sw"`);
  expect(planDigest(identity, ["p1:a", "p1:b"])).toMatchInlineSnapshot(`"p1:6lmdlYGjsVjMcnXuoHUiUg"`);
});

it("knows a plan by its pushes in whatever order, and by its stack", () => {
  const base = planDigest(identity, ["p1:a", "p1:b"]);
  expect(planDigest(identity, ["p1:b", "p1:a"])).toBe(base);
  expect(planDigest(identity, ["p1:a"])).not.toBe(base);
  expect(planDigest({ ...identity, stack: "prod" }, ["p1:a", "p1:b"])).not.toBe(base);
});

it("refuses what was not reviewed, and nothing where nobody reviewed", async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "reviewed");
  const env = { [reviewedVariable]: file };
  const other = { ...identity, manifest: "b" };
  writeFileSync(file, [pushDigest(identity, "q1", [0, 1]), pushDigest(other, "", [0])].join("\n"));
  const refused = (inputs: PushIdentity, indices: readonly number[]) =>
    refuseUnreviewed(inputs, async () => indices, env).then(
      () => false,
      (error) => String(error.message).startsWith("PLAN_DIFFERS: "),
    );
  expect(await refused(identity, [0, 1])).toBe(false);
  // The queue of b was still to be created when it was reviewed.
  expect(await refused(other, [0])).toBe(false);
  expect(await refused(identity, [])).toBe(false);
  expect(await refused(identity, [0])).toBe(true);
  expect(await refused({ ...identity, queueId: "q2" }, [0, 1])).toBe(true);
  await refuseUnreviewed(identity, () => Promise.reject(new Error("not asked")), {});
});
