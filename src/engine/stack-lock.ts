import { hostname } from "node:os";
import { parseLockMessage } from "./pulumi-messages.ts";

/** Who holds a stack, as far as the engine says it. */
export interface LockHolder {
  /** In a sentence's part, such as `ann@build-7 (pid 4711) since 2026-08-01T10:00:00Z`. */
  readonly text: string;
  readonly user?: string;
  readonly host?: string;
  readonly pid?: number;
  /** As the engine writes it. */
  readonly since?: string;
}

/** Pulumi Cloud does not say who runs an update. */
export const holderInCloud: LockHolder = { text: "another update, of which Pulumi Cloud says no more" };

/** @param since as the engine writes it */
export function describeHolder(user: string, host: string, pid: number, since: string): LockHolder {
  return { text: `${user}@${host} (pid ${pid}) since ${since}`, user, host, pid, since };
}

/** @param stderr of the engine @returns undefined where the stack was not locked */
export function parseLockHolder(stderr: string): LockHolder | undefined {
  const message = parseLockMessage(stderr);
  if (message === undefined) return undefined;
  if (message.backend === "cloud") return holderInCloud;
  const { owner } = message;
  if (owner === undefined) return { text: "somebody unknown" };
  return describeHolder(owner.user, owner.host, owner.pid, owner.since);
}

/** Whether who holds the stack was a process of this machine that has ended. */
export function isProcessDead({ host, pid }: LockHolder): boolean {
  if (host !== hostname() || pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
