import { once } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import { systemClock } from "../../src/push/index.ts";

test("a moment that has passed causes no wait, and no warning from Node", async () => {
  const warned = once(process, "warning").then(([warning]) => String(warning));
  await systemClock.sleep(-2);
  // Node emits a warning on the next tick, so this one follows any of the clock's.
  process.emitWarning("the end");
  expect(await warned).toContain("the end");
});

test("a sleep ends at once when its signal is aborted, with the signal's own reason", async () => {
  const stop = new AbortController();
  const asleep = systemClock.sleep(3_600_000, stop.signal).catch((reason: unknown) => reason);
  const reason = new Error("the run was cancelled");
  stop.abort(reason);
  expect(await asleep).toBe(reason);
  await expect(systemClock.sleep(3_600_000, stop.signal)).rejects.toBe(reason);
});

test("a machine's clock that is set back an hour does not lengthen any duration", async () => {
  const before = { now: systemClock.now(), elapsed: systemClock.elapsed() };
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 3_600_000 });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  expect(systemClock.now()).toBeLessThan(before.now);
  expect(systemClock.elapsed()).toBeGreaterThanOrEqual(before.elapsed);
});
