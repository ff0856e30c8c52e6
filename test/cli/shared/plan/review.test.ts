import { expect, it } from "vitest";
import { isReview, isSubsetOfReview, type Review, reviewDigest } from "../../../../src/cli/shared/plan/review.ts";
import { full, reviewOf } from "./fixture.ts";

const stack = { project: "shop", stack: "dev" };
const terms = (manifest: string, more: object = {}) => ({
  manifest,
  after: [],
  dedupField: null,
  known: null,
  ...more,
});
const change = (name: string, more: object = {}) => ({ name, change: "create", id: null, ...more }) as const;
const base = reviewOf({
  pushes: full.review.pushes,
  terms: [terms("a"), terms("b")],
  queueChanges: [change("x"), change("y")],
});

it("contains everything that the run would do, in any order", () => {
  const digest = reviewDigest(stack, base);
  expect(digest).toMatchInlineSnapshot(`"p1:7cr52-OCoQlX_C0NPRl_BQ"`);
  const turned = { ...base, terms: base.terms.toReversed(), queueChanges: base.queueChanges.toReversed() };
  expect(reviewDigest(stack, turned)).toBe(digest);
  const others: Review[] = [
    { ...base, address: "http://127.0.0.1:1" },
    { ...base, pushes: [] },
    { ...base, terms: [terms("a")] },
    { ...base, terms: [terms("a", { after: ["b"] }), terms("b")] },
    { ...base, terms: [terms("a", { dedupField: "id" }), terms("b")] },
    { ...base, terms: [terms("a", { known: "p1:x" }), terms("b")] },
    { ...base, queueChanges: [change("x")] },
    { ...base, queueChanges: [change("x"), change("y", { change: "delete" })] },
    { ...base, queueChanges: [change("x"), change("y", { id: "q1" })] },
    { ...base, worker: { url: "", queues: ["orders"] } },
    { ...base, worker: { url: "https://a.example", queues: ["orders"] } },
    { ...base, worker: { url: "https://a.example", queues: ["emails"] } },
  ];
  const digests = [...others.map((other) => reviewDigest(stack, other)), reviewDigest({ ...stack, stack: "p" }, base)];
  expect(new Set([digest, ...digests]).size).toBe(digests.length + 1);
});

it("includes what an interrupted run left of it, and values that have become known", () => {
  expect(isSubsetOfReview({ ...base, terms: [terms("b")], queueChanges: [change("y")] }, base)).toBe(true);
  expect(isSubsetOfReview({ ...base, queueChanges: [change("z")] }, base)).toBe(false);
  const open = { ...base, terms: [terms("a", { known: "p1:x" })] };
  expect(isSubsetOfReview({ ...base, terms: [terms("a")] }, open)).toBe(true);
  expect(isSubsetOfReview(open, { ...base, terms: [terms("a")] })).toBe(false);
  expect(isSubsetOfReview({ ...base, terms: [terms("a", { dedupField: "id" })] }, open)).toBe(false);
});

it("does not include a push with another transport or address of the Worker", () => {
  const worker = { url: "https://a.example", queues: ["orders"] };
  expect(isSubsetOfReview({ ...base, terms: [], worker }, { ...base, worker })).toBe(true);
  expect(isSubsetOfReview(base, { ...base, worker })).toBe(false);
  expect(isSubsetOfReview({ ...base, worker }, base)).toBe(false);
  expect(isSubsetOfReview({ ...base, worker: { ...worker, url: "https://b.example" } }, { ...base, worker })).toBe(
    false,
  );
  expect(isReview(JSON.parse(JSON.stringify({ ...base, worker })))).toBe(true);
  expect(isReview({ ...base, worker: { url: "https://a.example" } })).toBe(false);
});

it("is recognized by its form", () => {
  expect(isReview(JSON.parse(JSON.stringify(base)))).toBe(true);
  for (const broken of [null, [], { ...base, terms: {} }, { ...base, pushes: [{}] }, { ...base, address: 1 }]) {
    expect(isReview(broken)).toBe(false);
  }
});
