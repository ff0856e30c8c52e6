import { expect, it } from "vitest";
import { formatQueueId, formatUsd } from "../../../src/cli/shared/format.ts";

it.each([
  [0, "US$ 0"],
  [0.0036, "less than US$ 0.01"],
  [1.201, "US$ 1.21"],
])("formats %f dollars as %s", (amount, text) => {
  expect(formatUsd(amount)).toBe(text);
});

it.each([
  ["q1", "q1"],
  ["", "only known to the program"],
  [null, "to be created"],
])("formats the queue's id %j as %s", (id, text) => {
  expect(formatQueueId(id)).toBe(text);
});
