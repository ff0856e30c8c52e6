import { parseObject, toObject } from "../json-object.ts";
import type { Pulumi } from "./pulumi.ts";
import { readLockFile } from "./pulumi-internals/lock-files.ts";
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
  const url = code === 0 ? toText(parseObject(stdout).url) : "";
  if (url.startsWith("file://")) return findHolderInFolder(url, stack);
  return /^https?:/.test(url) ? findHolderInService(pulumi, stack) : undefined;
}

function findHolderInFolder(url: string, { project, short }: NamedStack): LockHolder | undefined {
  const owner = readLockFile(url, project, short);
  return owner && describeHolder(owner.user, owner.host, owner.pid, owner.since);
}

/** Checks whether Pulumi Cloud has an update in progress; it does not report whose. */
async function findHolderInService(pulumi: Pulumi, { full, short }: NamedStack): Promise<LockHolder | undefined> {
  const { code, stdout } = await pulumi.run(["stack", "ls", "--json"]);
  const stacks = code === 0 ? list(stdout) : [];
  const found = stacks.map(toObject).find(({ name }) => name === full || name === short);
  return found?.updateInProgress === true ? holderInCloud : undefined;
}

function list(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
