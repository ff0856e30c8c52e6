import { expect, it } from "vitest";
import { matchesStack } from "../../src/manifest/index.ts";

it.each([
  ["dev", "dev", true],
  ["dev", "dev2", false],
  ["review-*", "review-12", true],
  ["review-*", "review-", true],
  ["review-*", "preview-12", false],
  ["pr-??", "pr-12", true],
  ["pr-??", "pr-1", false],
  ["*", "anything", true],
  ["a.b", "aXb", false],
  ["a+(b)[c]", "a+(b)[c]", true],
  [`${"*a".repeat(50)}`, "a".repeat(49), false],
  [`${"*a".repeat(50)}`, `${"a".repeat(99)}b`, false],
  ["*a*b", "xaxaxb", true],
  ["a*", "a", true],
  ["a?", "a", false],
  ["*?", "", false],
])("the pattern %s and the stack %s: %s", (pattern, stack, matches) => {
  expect(matchesStack([pattern], stack)).toBe(matches);
});

it("matches any of several patterns", () => {
  expect(matchesStack(["dev", "prod"], "prod")).toBe(true);
  expect(matchesStack([], "prod")).toBe(false);
});
