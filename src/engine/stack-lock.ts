import { hostname } from "node:os";
import { errorCode } from "../error-code.ts";
import { parseLockMessage } from "./pulumi-internals/cli-messages.ts";

/** The holder of a stack's lock, as far as Pulumi reports it. */
export interface LockHolder {
  /** A noun phrase, such as `ann@build-7 (pid 4711) since 2026-08-01T10:00:00Z`. */
  readonly text: string;
  readonly user?: string;
  readonly host?: string;
  readonly pid?: number;
  /** As Pulumi formats it. */
  readonly since?: string;
}

/** Pulumi Cloud does not report who runs an update. */
export const holderInCloud: LockHolder = { text: "another update (no details from Pulumi Cloud)" };

/** @param since time as Pulumi formats it */
export function describeHolder(user: string, host: string, pid: number, since: string): LockHolder {
  return { text: `${user}@${host} (pid ${pid}) since ${since}`, user, host, pid, since };
}

/** Parses the holder of a lock. @param stderr output of Pulumi @returns undefined if the stack was not locked */
export function parseLockHolder(stderr: string): LockHolder | undefined {
  const message = parseLockMessage(stderr);
  if (message === undefined) return undefined;
  if (message.backend === "cloud") return holderInCloud;
  const { owner } = message;
  if (owner === undefined) return { text: "an unknown user" };
  return describeHolder(owner.user, owner.host, owner.pid, owner.since);
}

/** Checks whether the holder was a process of this machine that has ended. */
export function isProcessDead({ host, pid }: LockHolder): boolean {
  if (host !== hostname() || pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errorCode(error) === "ESRCH";
  }
}
