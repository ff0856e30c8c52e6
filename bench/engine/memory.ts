import { setTimeout as sleep } from "node:timers/promises";
import type { OwnStack } from "../../test/engine/support/stack.ts";
import { readPeakMemory } from "../support/peak-memory.ts";

/** Peak memory of each kind of process, in megabytes, sampled ten times per second. Linux only. */
export interface Peak {
  readonly program: number;
  readonly provider: number;
}

export async function peakDuring(stack: OwnStack, act: () => Promise<unknown>): Promise<Peak> {
  const peak = { program: 0, provider: 0 };
  const done = act();
  const over = new AbortController();
  done.then(
    () => over.abort(),
    () => over.abort(),
  );
  while (!over.signal.aborted) {
    for (const { pid, command } of stack.processes()) {
      if (/pulumi\/cmd\/run/.test(command)) peak.program = Math.max(peak.program, highWater(pid));
      if (/dynamic-provider/.test(command)) peak.provider = Math.max(peak.provider, highWater(pid));
    }
    await sleep(100);
  }
  await done;
  if (peak.program === 0 || peak.provider === 0) throw new Error("the program or the provider was not found");
  return peak;
}

/** Returns the process's peak memory, or 0 if it has ended. */
function highWater(pid: number): number {
  try {
    return Math.round(readPeakMemory(pid));
  } catch {
    return 0;
  }
}
