/**
 * The only module that parses Pulumi's sentences, for information that Pulumi provides in no other form. Contract tests check
 * them against the real engine (test/engine/pulumi-internals.test.ts, and test/engine/up.test.ts for a broken checkpoint).
 */

/** Exit codes of commands. Source: pulumi, sdk/go/common/util/cmdutil/exit_codes.go */
export const exitCodes = { notLoggedIn: 3, stackNotFound: 6 } as const;

/** The process that Pulumi reports as the holder of a stack's lock. */
export interface LockOwner {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  /** As Pulumi formats it. */
  readonly since: string;
}

/** A message about a lock: a file backend names the process, Pulumi Cloud does not. */
export type LockMessage =
  | { readonly backend: "folder"; readonly owner: LockOwner | undefined }
  | { readonly backend: "cloud" };

/** Source: pulumi, pkg/backend/diy/lock.go, checkForLock */
const inFolder = "the stack is currently locked by";
const parseLockOwner = /created by (.+)@(\S+) \(pid (\d+)\) at (\S+)/;

/** Source: the Pulumi service, which responds to an update with 409 */
const inCloud = "Another update is currently in progress";

/** Parses a message about a lock. @param stderr output of Pulumi @returns undefined if the stack was not locked */
export function parseLockMessage(stderr: string): LockMessage | undefined {
  if (stderr.includes(inCloud)) return { backend: "cloud" };
  if (!stderr.includes(inFolder)) return undefined;
  const [, user, host, pid, since] = parseLockOwner.exec(stderr) ?? [];
  const isKnown = user !== undefined && host !== undefined && since !== undefined;
  return { backend: "folder", owner: isKnown ? { user, host, pid: Number(pid), since } : undefined };
}

/**
 * Returns the reason for a failed command: the first error without its prefix, or the first line, as a clause without a trailing
 * full stop.
 */
export function parseReason(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const line = lines.find((each) => each.startsWith("error: ")) ?? lines[0] ?? "Pulumi gave no reason";
  return line.replace(/^error: /, "").replace(/\.$/, "");
}

/** Checks whether the reason is an unreadable state file. Source: pulumi, pkg/backend/diy/state.go */
export function isBrokenCheckpoint(reason: string): boolean {
  return reason.includes("failed to load checkpoint");
}

/** Removes Pulumi's colour directives from a text. Source: pulumi, sdk/go/common/diag/colors */
export function stripColours(text: string): string {
  return text.replace(/<\{%.*?%\}>/g, "");
}
