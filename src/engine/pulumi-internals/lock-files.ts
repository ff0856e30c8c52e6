import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseObject } from "../../json-object.ts";
import { listReadableNames, readReadableText } from "../../optional-files.ts";
import type { LockOwner } from "./cli-messages.ts";

/**
 * Reads who holds the lock of a stack in a file backend. Pulumi has no command that reports it: it names the holder only when it
 * refuses to start a run.
 *
 * Source: pulumi, pkg/backend/diy/lock.go: lockDir, lockContent
 *
 * @param url address of the backend, `file://…`
 * @returns undefined if no run holds the lock, or if the file has an unknown form
 */
export function readLockFile(url: string, project: string, stack: string): LockOwner | undefined {
  const locks = join(toFolder(url), ".pulumi/locks/organization", project, stack);
  const name = listReadableNames(locks).find((file) => file.endsWith(".json"));
  if (name === undefined) return undefined;
  const { username, hostname, pid, timestamp } = parseObject(readReadableText(join(locks, name)));
  const [user, host, since] = [username, hostname, timestamp].map((value) => (typeof value === "string" ? value : ""));
  if (!user || typeof pid !== "number") return undefined;
  return { user, host: host ?? "", pid, since: since ?? "" };
}

function toFolder(url: string): string {
  if (url.startsWith("file://~")) return url.replace("file://~", process.env.HOME ?? "~");
  const path = url.slice("file://".length);
  return path.startsWith("/") ? fileURLToPath(new URL(url)) : path;
}
