import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Pulumi } from "./pulumi.ts";
import { type Holder, holderInCloud, holderOfProcess } from "./stack-lock.ts";

/** A stack as a backend names it. */
interface NamedStack {
  readonly project: string;
  /** As Pulumi's commands take it. */
  readonly full: string;
  /** Without organization and project. */
  readonly short: string;
}

/**
 * Says who holds a stack, without asking for it: for those who are to be told before they agree to a run. The engine says it
 * again when the run begins.
 *
 * @returns undefined where no run holds it, or the backend does not tell: only folders and Pulumi Cloud do
 */
export async function holderBefore(pulumi: Pulumi, stack: NamedStack): Promise<Holder | undefined> {
  const { code, stdout } = await pulumi.run(["whoami", "--verbose", "--json"]);
  const url = code === 0 ? textOf(parse(stdout).url) : "";
  if (url.startsWith("file://")) return holderInFolder(url, stack);
  return /^https?:/.test(url) ? holderInService(pulumi, stack) : undefined;
}

/** Source: pulumi, pkg/backend/diy/lock.go: lockDir, lockContent */
function holderInFolder(url: string, { project, short }: NamedStack): Holder | undefined {
  const locks = join(folderOf(url), ".pulumi/locks/organization", project, short);
  const [name] = namesIn(locks).filter((file) => file.endsWith(".json"));
  if (name === undefined) return undefined;
  const { username, hostname, pid, timestamp } = parse(readIfThere(join(locks, name)));
  const [user, host, since] = [username, hostname, timestamp].map(textOf) as [string, string, string];
  // It ended meanwhile, or another version of the engine wrote it.
  if (user === "" || typeof pid !== "number") return undefined;
  return holderOfProcess(user, host, pid, since);
}

/** Whether Pulumi Cloud has an update under way; of whom it does not say. */
async function holderInService(pulumi: Pulumi, { full, short }: NamedStack): Promise<Holder | undefined> {
  const { code, stdout } = await pulumi.run(["stack", "ls", "--json"]);
  const stacks = code === 0 ? list(stdout) : [];
  const found = stacks.map(asMap).find(({ name }) => name === full || name === short);
  return found?.updateInProgress === true ? holderInCloud : undefined;
}

function folderOf(url: string): string {
  if (url.startsWith("file://~")) return url.replace("file://~", process.env.HOME ?? "~");
  const path = url.slice("file://".length);
  return path.startsWith("/") ? fileURLToPath(new URL(url)) : path;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // No run has held the stack yet.
    return [];
  }
}

function readIfThere(file: string): string {
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
    return asMap(JSON.parse(text));
  } catch {
    return {};
  }
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
