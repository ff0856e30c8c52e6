import { hostname } from "node:os";

/** Who holds a stack, as far as the engine says it. */
export interface Holder {
  /** In a sentence's part, such as `ann@build-7 (pid 4711) since 2026-08-01T10:00:00Z`. */
  readonly text: string;
  readonly user?: string;
  readonly host?: string;
  readonly pid?: number;
  /** As the engine writes it. */
  readonly since?: string;
}

/** What the engine says when another run holds the stack; two kinds of backends say it differently. */
const inFolder = "the stack is currently locked by";
const inService = "Another update is currently in progress";

/** Pulumi Cloud does not say who runs an update. */
export const holderInCloud: Holder = { text: "another update, of which Pulumi Cloud says no more" };

/** @param since as the engine writes it */
export function holderOfProcess(user: string, host: string, pid: number, since: string): Holder {
  return { text: `${user}@${host} (pid ${pid}) since ${since}`, user, host, pid, since };
}

/** @param stderr of the engine @returns undefined where the stack was not locked */
export function holderOf(stderr: string): Holder | undefined {
  if (stderr.includes(inService)) return holderInCloud;
  if (!stderr.includes(inFolder)) return undefined;
  const [, user, host, pid, since] = /created by (.+)@(\S+) \(pid (\d+)\) at (\S+)/.exec(stderr) ?? [];
  if (user === undefined || host === undefined || since === undefined) return { text: "somebody unknown" };
  return holderOfProcess(user, host, Number(pid), since);
}

/** Whether who holds the stack was a process of this machine that has ended. */
export function isGone({ host, pid }: Holder): boolean {
  if (host !== hostname() || pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
