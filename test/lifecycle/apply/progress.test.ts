import { expect, it } from "vitest";
import { Progress } from "../../../src/lifecycle/apply/progress.ts";
import { describeEvent } from "../../../src/lifecycle/protocol/describe.ts";
import type { RunEvent } from "../../../src/lifecycle/protocol/events.ts";
import type { SegmentInputs } from "../../../src/lifecycle/state/segment.ts";

it("reports messages, rate and time left: every second in a terminal, every half minute in a log", () => {
  let now = 0;
  const logged: string[] = [];
  const host = {
    clock: { now: () => 0, elapsed: () => now, sleep: () => Promise.resolve() },
    log: async (event: RunEvent, _urn: string, passing?: "passing") => {
      logged.push(`${now / 1000}: ${passing ?? "lasting"}: ${describeEvent(event)?.text}`);
    },
  };
  const progress = new Progress({ resourceUrn: "urn" } as SegmentInputs, 40_000, host);
  for (now = 250; now <= 100_000; now += 250) progress.pushed(100);
  expect(logged.slice(0, 2)).toEqual([
    "1: passing: 400 of 40,000 messages pushed, 400 a second, 2 min left",
    "2: passing: 800 of 40,000 messages pushed, 400 a second, 2 min left",
  ]);
  expect(logged.filter((line) => line.includes(": lasting: "))).toEqual([
    "30: lasting: 12,000 of 40,000 messages pushed, 400 a second, 70 s left",
    "60: lasting: 24,000 of 40,000 messages pushed, 400 a second, 40 s left",
    "90: lasting: 36,000 of 40,000 messages pushed, 400 a second, 10 s left",
  ]);
  expect(logged.at(-1)).toMatch(/^99: /);
});
