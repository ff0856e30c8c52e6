import { describe, expect, it } from "vitest";
import { withWaitLog } from "../../../src/lifecycle/apply/wait-log.ts";
import { describeEvent } from "../../../src/lifecycle/protocol/describe.ts";
import type { RunEvent } from "../../../src/lifecycle/protocol/events.ts";
import { maxWaitMs } from "../../../src/lifecycle/queue/connect.ts";
import { type Wait, Waits } from "../../../src/push/index.ts";
import { virtualClock } from "../../push/fakes.ts";

/** Returns the lines that are logged during `act`, each with its time in seconds. */
async function telling(act: (stage: Stage) => Promise<void>): Promise<readonly string[]> {
  const clock = virtualClock();
  const logged: string[] = [];
  const stage: Stage = { waits: new Waits(), hold: undefined, pushedAt: 0, sleep: (s) => clock.sleep(s * 1_000) };
  const watched = {
    inputs: { queueId: "q", resourceUrn: "urn" },
    host: {
      clock,
      log: async (event: RunEvent, _urn: string, passing?: "passing") => {
        logged.push(`${clock.elapsed() / 1_000} ${passing ?? "info"}: ${describeEvent(event)?.text}`);
      },
    },
    throttle: { findWait: () => stage.hold },
    waits: stage.waits,
    lastPushed: () => stage.pushedAt,
  };
  await withWaitLog(watched, () => act(stage));
  return logged;
}

interface Stage {
  readonly waits: Waits;
  hold: Wait | undefined;
  pushedAt: number;
  readonly sleep: (seconds: number) => Promise<void>;
}

describe("a wait", () => {
  it("of more than two seconds is reported with its reason and its end, is repeated each second, and ends with a message", async () => {
    const logged = await telling(async (stage) => {
      stage.hold = { reason: "the queue is overloaded", until: 65_000 };
      await stage.sleep(65.5);
      stage.hold = undefined;
      stage.pushedAt = 65_500;
      await stage.sleep(5);
    });
    expect(logged.slice(0, 2)).toEqual([
      "2 info: waiting for at most 63 s, until 2023-11-14T22:14:25.000Z: the queue is overloaded",
      "3 passing: waiting for at most 62 s, until 2023-11-14T22:14:25.000Z: the queue is overloaded",
    ]);
    expect(logged.filter((line) => line.includes(" info: ")).map((line) => line.split(":")[0])).toEqual([
      "2 info",
      "32 info",
      "62 info",
      "66 info",
    ]);
    expect(logged.at(-1)).toBe("66 info: resumed after a wait of 66 s");
    expect(logged.filter((line) => line.includes("waiting"))).toHaveLength(64);
  });

  it("of less, or during other requests, is not reported", async () => {
    const logged = await telling(async (stage) => {
      stage.hold = { reason: "it", until: 1_900 };
      await stage.sleep(1.9);
      stage.hold = undefined;
      stage.waits.begin({ reason: "one of many", until: 60_000 });
      for (let at = 2; at < 20; at += 1) {
        stage.pushedAt = at * 1_000;
        await stage.sleep(1);
      }
    });
    expect(logged).toEqual([]);
  });

  it("for an answer is reported, and of several the one that ends first", async () => {
    const logged = await telling(async ({ waits, sleep }) => {
      const late = waits.begin({ reason: "later", until: 60_000 });
      await waits.during({ reason: "the API has not answered yet", until: 30_000 }, sleep(3.5));
      await sleep(1);
      late();
      await sleep(3);
    });
    expect(logged.map((line) => line.replace(/until \S+: /, ""))).toEqual([
      "2 info: waiting for at most 28 s, the API has not answered yet",
      "3 passing: waiting for at most 27 s, the API has not answered yet",
      "4 passing: waiting for at most 56 s, later",
    ]);
  });
});

describe("how long a run waits", () => {
  const from = (env: Record<string, string>, config?: string) => maxWaitMs({ env, config: () => config });

  it("is an hour, or what is configured; the environment comes first", () => {
    expect([from({}), from({}, "60"), from({ QUEUE_SEEDER_MAX_WAIT: "0" }, "60"), from({}, "")]).toEqual([
      3_600_000, 60_000, 0, 3_600_000,
    ]);
  });

  it.each(["1h", "-1", "1.5", "1e9", "999999999"])("is not %s", (text) => {
    expect(() => from({}, text)).toThrow("CONFIG_INVALID: queue-seeder:maxWait is not a number of seconds");
    expect(() => from({ QUEUE_SEEDER_MAX_WAIT: text })).toThrow("CONFIG_INVALID: QUEUE_SEEDER_MAX_WAIT is not");
  });
});
