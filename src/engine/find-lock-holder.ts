import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Pulumi } from "./pulumi.ts";
import { describeHolder, holderInCloud, type LockHolder } from "./stack-lock.ts";

/** A stack as a backend names it. */
interface NamedStack {
  readonly project: string;
  /** The name that Pulumi's commands accept. */
  readonly full: string;
  /** The name without organization and project. */
  readonly short: string;
}

/**
 * Finds the holder of a stack's lock without starting a run, so that it can be shown before the user confirms one. Pulumi reports
 * the holder again when the run begins.
 *
 * @returns undefined if no run holds the lock, or if the backend does not report it: only file backends and Pulumi Cloud do
 */
export async function findLockHolder(pulumi: Pulumi, stack: NamedStack): Promise<LockHolder | undefined> {
  const { code, stdout } = await pulumi.run(["whoami", "--verbose", "--json"]);
  const url = code === 0 ? toText(parse(stdout).url) : "";
  if (url.startsWith("file://")) return findHolderInFolder(url, stack);
  return /^https?:/.test(url) ? findHolderInService(pulumi, stack) : undefined;
}

/** Source: pulumi, pkg/backend/diy/lock.go: lockDir, lockContent */
function findHolderInFolder(url: string, { project, short }: NamedStack): LockHolder | undefined {
  const locks = join(toFolder(url), ".pulumi/locks/organization", project, short);
  const [name] = listNames(locks).filter((file) => file.endsWith(".json"));
  if (name === undefined) return undefined;
  const { username, hostname, pid, timestamp } = parse(readIfExists(join(locks, name)));
  const [user, host, since] = [username, hostname, timestamp].map(toText) as [string, string, string];
  // The run has ended meanwhile, or another version of Pulumi wrote the file.
  if (user === "" || typeof pid !== "number") return undefined;
  return describeHolder(user, host, pid, since);
}

/** Checks whether Pulumi Cloud has an update in progress; it does not report whose. */
async function findHolderInService(pulumi: Pulumi, { full, short }: NamedStack): Promise<LockHolder | undefined> {
  const { code, stdout } = await pulumi.run(["stack", "ls", "--json"]);
  const stacks = code === 0 ? list(stdout) : [];
  const found = stacks.map(toMap).find(({ name }) => name === full || name === short);
  return found?.updateInProgress === true ? holderInCloud : undefined;
}

function toFolder(url: string): string {
  if (url.startsWith("file://~")) return url.replace("file://~", process.env.HOME ?? "~");
  const path = url.slice("file://".length);
  return path.startsWith("/") ? fileURLToPath(new URL(url)) : path;
}

function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // No run has held the stack yet.
    return [];
  }
}

function readIfExists(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function list(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return toMap(JSON.parse(text));
  } catch {
    return {};
  }
}

function toMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
