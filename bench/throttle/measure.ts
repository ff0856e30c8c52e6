import { setImmediate, setTimeout } from "node:timers/promises";
import type { Clock } from "../../src/push/index.ts";
import { pushAll } from "../push/contenders.ts";
import { makeCorpus } from "../push/corpus.ts";
import { startRemote } from "../support/emulator.ts";
import { table, whole } from "../support/measure.ts";
import type { Section } from "../support/results.ts";

/**
 * The documented limits: requests of a token per window, messages per second of a queue. The pace leaves a tenth of the
 * requests to other clients of the token, and the best possible time does too.
 */
const limits = { requests: 1_200, leftToOthers: 120, windowSeconds: 300, messagesPerSecond: 5_000 };

const runs = [
  { messages: 100_000, speed: 1 },
  { messages: 400_000, speed: 20 },
] as const;

/** Measures a delivery under the real limits, and compares it with the best time that they allow. */
export async function measureThrottle(): Promise<Section> {
  const rows: string[][] = [];
  for (const { messages, speed } of runs) {
    await using emulator = await startRemote({ rateLimit: true, speed });
    using corpus = makeCorpus(messages, 0);
    const clock = fastClock(speed);
    const start = clock.now();
    await pushAll(corpus, emulator, clock, "documented");
    const seconds = (clock.now() - start) / 1000;
    const { requests, codes } = await emulator.traffic();
    const best = bestSeconds(messages);
    rows.push([
      whole(messages),
      String(speed),
      whole(requests),
      seconds.toFixed(1),
      best.toFixed(1),
      (seconds / best).toFixed(3),
      Object.entries(codes)
        .map(([code, count]) => `${code}: ${count}`)
        .join(", ") || "none",
    ]);
  }
  return {
    name: "pace",
    title: "Under the rate limits",
    text: [
      "The emulator enforces the documented limits, with its clock and that of the pace sped up. The best possible time is what " +
        `${whole(limits.messagesPerSecond)} messages a second of a queue and ${whole(limits.requests)} requests in ` +
        `${limits.windowSeconds} seconds allow, of which ${limits.leftToOthers} are left to other clients; a longer delivery waits for windows, not for messages.`,
      table(
        ["messages", "speed of the clock", "requests", "seconds", "best possible", "ratio (aim: 1.03)", "refusals"],
        rows,
      ),
    ].join("\n\n"),
  };
}

/** Computes the best time with full batches: whole windows first, then the rest at the queue's maximum rate. */
function bestSeconds(messages: number): number {
  const requests = Math.ceil(messages / 100);
  const perWindow = limits.requests - limits.leftToOthers;
  const windows = Math.ceil(requests / perWindow) - 1;
  return windows * limits.windowSeconds + ((requests - windows * perWindow) * 100) / limits.messagesPerSecond;
}

/** The system's clock at the emulator's speed. Node's timers have a resolution of 1 ms, so the rest is spent in a busy loop. */
function fastClock(speed: number): Clock {
  const origin = Date.now();
  const since = performance.now();
  const elapsed = () => Math.floor((performance.now() - since) * speed);
  return {
    now: () => origin + elapsed(),
    elapsed,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      const end = performance.now() + Math.max(ms, 0) / speed;
      const whole = Math.floor(end - performance.now() - 1);
      if (whole > 0) await setTimeout(whole, undefined, signal === undefined ? {} : { signal });
      while (performance.now() < end) await setImmediate(undefined, signal === undefined ? {} : { signal });
    },
  };
}
