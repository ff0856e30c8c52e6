import { expect, it } from "vitest";
import { formatAgo, formatElapsed } from "../../../src/cli/shared/format.ts";

it.each([
  [0, "just now"],
  [9, "just now"],
  [10, "10 s ago"],
  [119, "119 s ago"],
  [120, "2 min ago"],
  [7_199, "119 min ago"],
  [9_000, "2 h ago"],
  [3 * 86_400, "3 days ago"],
  [3 * 365 * 86_400, "3 years ago"],
  [-5, "just now"],
])("formats a moment %i seconds before as %s", (seconds, text) => {
  const now = Date.parse("2026-08-01T10:00:00.000Z");
  expect(formatAgo(now - seconds * 1_000, now)).toBe(text);
  expect(formatAgo(new Date(now - seconds * 1_000).toISOString(), now)).toBe(text);
});

it.each([
  [0, "0.0 s"],
  [2_149, "2.1 s"],
  [10_000, "10 s"],
  [125_000, "3 min"],
])("formats %i ms as %s", (ms, text) => {
  expect(formatElapsed(ms)).toBe(text);
});
