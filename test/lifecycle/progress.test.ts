import { expect, it } from "vitest";
import { Progress, readProgress } from "../../src/lifecycle/progress.ts";
import type { SegmentInputs } from "../../src/lifecycle/segment.ts";

it("tells of messages, rate and time left: every second where it passes, every half minute where it stays", () => {
  let now = 0;
  const told: string[] = [];
  const ports = {
    clock: { now: () => 0, elapsed: () => now, sleep: () => Promise.resolve() },
    tell: async (severity: string, text: string) => {
      told.push(`${now / 1000}: ${severity}: ${text}`);
    },
  };
  const progress = new Progress({ self: "urn" } as SegmentInputs, 40_000, ports);
  for (now = 250; now <= 100_000; now += 250) progress.pushed(100);
  expect(told.slice(0, 2)).toEqual([
    "1: progress: 400 of 40,000 messages pushed, 400 a second, 2 min left",
    "2: progress: 800 of 40,000 messages pushed, 400 a second, 2 min left",
  ]);
  expect(told.filter((line) => line.includes(": info: "))).toEqual([
    "30: info: 12,000 of 40,000 messages pushed, 400 a second, 70 s left",
    "60: info: 24,000 of 40,000 messages pushed, 400 a second, 40 s left",
    "90: info: 36,000 of 40,000 messages pushed, 400 a second, 10 s left",
  ]);
  expect(told.at(-1)).toMatch(/^99: /);
  expect(told.map((line) => readProgress(line.replace(/^\d+: \w+: /, "")))).toEqual(
    told.map((line) => 400 * Number(/^\d+/.exec(line))),
  );
  expect(readProgress("1,000 messages to push to orders")).toBeUndefined();
});
