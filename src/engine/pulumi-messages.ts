/**
 * The one place that reads sentences of Pulumi's: what it says in no other form. A contract test holds them to the
 * words of the real engine (test/engine/pulumi-messages.test.ts, and test/engine/up.test.ts for a broken checkpoint).
 */

/** The process that Pulumi names as the holder of a stack's lock. */
export interface LockOwner {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  /** As Pulumi writes it. */
  readonly since: string;
}

/** What Pulumi says of a lock: the stack's folder names the process, Pulumi Cloud does not. */
export type LockMessage =
  | { readonly backend: "folder"; readonly owner: LockOwner | undefined }
  | { readonly backend: "cloud" };

/** Source: pulumi, pkg/backend/diy/lock.go, checkForLock */
const inFolder = "the stack is currently locked by";
const parseLockOwner = /created by (.+)@(\S+) \(pid (\d+)\) at (\S+)/;

/** Source: the Pulumi service, which answers 409 to an update */
const inCloud = "Another update is currently in progress";

/** @param stderr of Pulumi @returns undefined where the stack was not locked */
export function parseLockMessage(stderr: string): LockMessage | undefined {
  if (stderr.includes(inCloud)) return { backend: "cloud" };
  if (!stderr.includes(inFolder)) return undefined;
  const [, user, host, pid, since] = parseLockOwner.exec(stderr) ?? [];
  const isKnown = user !== undefined && host !== undefined && since !== undefined;
  return { backend: "folder", owner: isKnown ? { user, host, pid: Number(pid), since } : undefined };
}

/** Pulumi's reason for an exit code: its first error without the word, or its first line. A clause without a full stop. */
export function parseReason(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const line = lines.find((each) => each.startsWith("error: ")) ?? lines[0] ?? "Pulumi gave no reason";
  return line.replace(/^error: /, "").replace(/\.$/, "");
}

/** Whether a reason is that a file of the state cannot be read. Source: pulumi, pkg/backend/diy/state.go */
export function isBrokenCheckpoint(reason: string): boolean {
  return reason.includes("failed to load checkpoint");
}

/** The text of an event, without Pulumi's marks for colours. Source: pulumi, sdk/go/common/diag/colors */
export function stripColours(text: string): string {
  return text.replace(/<\{%.*?%\}>/g, "");
}
