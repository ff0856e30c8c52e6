import { expect, it } from "vitest";
import { duration, Progress } from "../../src/lifecycle/progress.ts";
import type { SegmentInputs } from "../../src/lifecycle/segment.ts";

it("tells of messages, rate and time left: every second where it passes, every half minute where it stays", () => {
  let now = 0;
  const told: string[] = [];
  const ports = {
    clock: { now: () => now, sleep: () => Promise.resolve() },
    tell: async (severity: string, text: string) => {
      told.push(`${now / 1000}: ${severity}: ${text}`);
    },
  };
  const progress = new Progress({ self: "urn" } as SegmentInputs, 40_000, ports);
  for (now = 250; now <= 100_000; now += 250) progress.pushed(100);
  expect(told.slice(0, 2)).toEqual([
    "1: progress: 400 of 40000 messages pushed, 400 a second, 2 min left",
    "2: progress: 800 of 40000 messages pushed, 400 a second, 2 min left",
  ]);
  expect(told.filter((line) => line.includes(": info: "))).toEqual([
    "30: info: 12000 of 40000 messages pushed, 400 a second, 2 min left",
    "60: info: 24000 of 40000 messages pushed, 400 a second, 40 s left",
    "90: info: 36000 of 40000 messages pushed, 400 a second, 10 s left",
  ]);
  expect(told.at(-1)).toMatch(/^99: /);
});

it.each([
  [0, "0 s"],
  [59, "59 s"],
  [60, "1 min"],
  [61, "2 min"],
  [3_600, "1 h 0 min"],
  [5_430, "1 h 31 min"],
])("says %i seconds as %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
