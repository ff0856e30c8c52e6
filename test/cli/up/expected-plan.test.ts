import { expect, it } from "vitest";
import { jsonText, planJson } from "../../../src/cli/shared/plan/json.ts";
import type { Review } from "../../../src/cli/shared/plan/review.ts";
import { matchesExpected, readExpectedPlan } from "../../../src/cli/up/expected-plan.ts";
import { temporaryFolder, writeFiles } from "../../manifest/support/fixture.ts";
import { full, planOf, reviewOf } from "../shared/plan/fixture.ts";

it("accepts a digest, or the file of a plan", () => {
  using root = temporaryFolder();
  writeFiles(root.path, { "plans/dev.json": jsonText(planJson(full)) });
  expect(readExpectedPlan(root.path, "p1:BBBBBBBBBBBBBBBBBBBBBB")).toEqual({
    digest: "p1:BBBBBBBBBBBBBBBBBBBBBB",
    review: undefined,
  });
  expect(readExpectedPlan(root.path, "plans/dev.json")).toEqual({ digest: full.digest, review: full.review });
});

it("refuses anything else", () => {
  using root = temporaryFolder();
  writeFiles(root.path, {
    "text.json": "no JSON",
    "later.json": JSON.stringify({ ...planJson(full), version: 2 }),
    "other.json": JSON.stringify({ version: 1, kind: "status" }),
  });
  expect(() => readExpectedPlan(root.path, "missing.json")).toThrow(
    "no file of that name can be read: no such file or directory (ENOENT)",
  );
  const refusals = { text: "it is not JSON", later: "it was written by a newer version", other: "it is not a plan" };
  for (const [name, why] of Object.entries(refusals)) {
    expect(() => readExpectedPlan(root.path, `${name}.json`)).toThrow(`${name}.json cannot be used: ${why}`);
  }
});

it("accepts only the plan with the reviewed digest, without knowing more about it", () => {
  expect(matchesExpected(full, { digest: full.digest, review: undefined })).toBe(true);
  expect(matchesExpected(full, { digest: "p1:BBBBBBBBBBBBBBBBBBBBBB", review: undefined })).toBe(false);
});

it("accepts the rest of a reviewed plan, if the plan's file lists its parts", () => {
  const [reviewed] = full.review.pushes;
  if (reviewed === undefined) throw new Error("the plan pushes nothing");
  const expected = { digest: full.digest, review: full.review };
  const of = (more: Partial<Review>) => planOf([], { review: reviewOf(more), digest: "p1:BBBBBBBBBBBBBBBBBBBBBB" });
  const rest = of({ pushes: [{ ...reviewed, messages: "50-99,300" }] });
  expect(matchesExpected(rest, expected)).toBe(true);
  expect(matchesExpected(planOf([]), expected)).toBe(true);
  expect(matchesExpected(rest, { ...expected, review: undefined })).toBe(false);
  const more = of({ pushes: [{ ...reviewed, messages: "100" }] });
  expect(matchesExpected(more, expected)).toBe(false);
  // An approval covers more than the messages.
  const others: Partial<Review>[] = [
    { address: "https://elsewhere.example" },
    { queueChanges: [{ name: "orders", change: "delete", id: "q1" }] },
    { terms: [{ manifest: "backfill", after: [], dedupField: "id", known: null }] },
    { terms: [{ manifest: "backfill", after: ["a"], dedupField: null, known: null }] },
    { pushes: [{ ...reviewed, inDoubtPolicy: "stop" }] },
    { pushes: [{ ...reviewed, accountId: "b" }] },
    { pushes: [{ ...reviewed, requires: { consumer: true, notPaused: false, maxBacklog: undefined } }] },
  ];
  for (const other of others) expect(matchesExpected(of(other), expected), JSON.stringify(other)).toBe(false);
  expect(
    matchesExpected(of({ queueChanges: full.review.queueChanges.slice(1), terms: full.review.terms }), expected),
  ).toBe(true);
  // A changed review no longer matches its digest, and another stack has other digests.
  expect(
    matchesExpected(more, { ...expected, review: { ...full.review, pushes: [{ ...reviewed, messages: "0-999" }] } }),
  ).toBe(false);
  expect(matchesExpected({ ...rest, stack: "prod" }, expected)).toBe(false);
});
