import { expect, it } from "vitest";
import type { EndSignals } from "../../../src/cli/shared/end-signals.ts";
import type { EndSignal } from "../../../src/cli/shared/exit-codes.ts";
import { exitCodes, signalExitCodes } from "../../../src/cli/shared/exit-codes.ts";
import { createLockWait } from "../../../src/cli/up/lock-wait.ts";
import { holderInCloud as holder } from "../../../src/engine/stack-lock.ts";

function record() {
  const calls: unknown[] = [];
  const reporter = {
    onLocked: (_: unknown, waiting: unknown) => calls.push(["locked", waiting]),
    onWait: ({ until }: { readonly until: number | undefined }) => calls.push(["wait", until]),
    onEnded: (exit: number) => calls.push(["ended", exit]),
  };
  return { calls, reporter };
}

/** Signals of which one arrives before or during the wait. */
function signalsWith(signal: EndSignal, when: "before" | "during"): EndSignals {
  let received: EndSignal | undefined = when === "before" ? signal : undefined;
  const stop = new AbortController();
  if (when === "during")
    setImmediate(() => {
      received = signal;
      stop.abort();
    });
  return {
    get received() {
      return received;
    },
    stop: stop.signal,
    onFirst: () => {},
    [Symbol.dispose]: () => {},
  };
}

it("ends at the first lock if no time to wait was given", async () => {
  const { calls, reporter } = record();
  const none: EndSignals = { ...signalsWith("SIGINT", "before"), received: undefined };
  expect(await createLockWait(undefined, reporter)(holder, none)).toBe(exitCodes.locked);
  expect(calls).toEqual([
    ["locked", "no"],
    ["ended", exitCodes.locked],
  ]);
});

it("ends without a wait after a signal", async () => {
  const { calls, reporter } = record();
  const exit = await createLockWait(true, reporter)(holder, signalsWith("SIGTERM", "before"));
  expect(exit).toBe(signalExitCodes.SIGTERM);
  expect(calls).toEqual([
    ["locked", "no"],
    ["ended", signalExitCodes.SIGTERM],
  ]);
});

it.each([
  [60, 60],
  [true, undefined],
] as const)("with the limit %s, reports the lock once, and ends its wait at a signal", async (wait, limit) => {
  const { calls, reporter } = record();
  const waitForLock = createLockWait(wait, reporter);
  expect(await waitForLock(holder, signalsWith("SIGINT", "during"))).toBe(signalExitCodes.SIGINT);
  expect(await waitForLock(holder, signalsWith("SIGINT", "during"))).toBe(signalExitCodes.SIGINT);
  expect(calls).toEqual([
    ["locked", limit],
    ["ended", signalExitCodes.SIGINT],
    ["wait", wait === true ? undefined : expect.any(Number)],
    ["ended", signalExitCodes.SIGINT],
  ]);
});
