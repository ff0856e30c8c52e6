import { setTimeout as sleep } from "node:timers/promises";
import type { LockHolder } from "../../engine/stack-lock.ts";
import type { Reporter } from "../reporters/reporter.ts";
import type { EndSignals } from "../shared/end-signals.ts";
import { exitCodes, signalExitCodes } from "../shared/exit-codes.ts";
import type { UpFlags } from "./flags.ts";

/** Milliseconds between two attempts to deploy to a stack that another run has locked. */
const attemptMs = 2_000;

/** Waits before the next attempt. @returns the exit code if the command ends instead; otherwise undefined */
export type LockWait = (holder: LockHolder, signals: EndSignals) => Promise<number | undefined>;

/**
 * Creates the wait for a stack that another run has locked. Its time limit begins now.
 *
 * @param wait maximum seconds; true for no limit, undefined to end the command at the first lock
 */
export function createLockWait(
  wait: UpFlags["wait"],
  reporter: Pick<Reporter, "onLocked" | "onWait" | "onEnded">,
): LockWait {
  const until = wait === true ? Number.POSITIVE_INFINITY : Date.now() + (wait ?? 0) * 1_000;
  let isLogged = false;
  const end = (exit: number) => {
    reporter.onEnded(exit);
    return exit;
  };
  return async (holder, signals) => {
    const left = until - Date.now();
    if (left <= 0 || signals.received !== undefined) {
      reporter.onLocked(holder, "no");
      return end(signals.received === undefined ? exitCodes.locked : signalExitCodes[signals.received]);
    }
    if (isLogged) {
      const limit = Number.isFinite(until) ? until : undefined;
      reporter.onWait({ reason: "another run holds the stack", until: limit, resource: undefined });
    } else reporter.onLocked(holder, wait === true ? undefined : wait);
    isLogged = true;
    await sleep(Math.min(attemptMs, left), undefined, { signal: signals.stop }).catch(() => {});
    return signals.received === undefined ? undefined : end(signalExitCodes[signals.received]);
  };
}
