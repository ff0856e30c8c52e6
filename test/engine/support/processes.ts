import { readdirSync, readFileSync } from "node:fs";

/** A process that a test started, directly or through Pulumi. */
export interface Process {
  readonly pid: number;
  /** Its command line, arguments joined by spaces. */
  readonly command: string;
}

/**
 * Returns the running processes with this variable in their environment. Pulumi starts its plugins in process groups of their
 * own, and they outlive it if it is killed; the inherited environment is what they all share. Linux only: elsewhere it
 * returns none.
 */
export function processesWith(name: string, value: string): Process[] {
  return pids()
    .filter((pid) => environment(pid).includes(`${name}=${value}`))
    .map((pid) => ({ pid, command: commandLine(pid) }));
}

function pids(): number[] {
  return process.platform === "linux" ? readdirSync("/proc").map(Number).filter(Number.isInteger) : [];
}

function environment(pid: number): string[] {
  return read(pid, "environ");
}

function commandLine(pid: number): string {
  return read(pid, "cmdline").join(" ").trim();
}

/** Returns an empty list if the process has ended, or is another user's. */
function read(pid: number, what: "environ" | "cmdline"): string[] {
  try {
    return readFileSync(`/proc/${pid}/${what}`, "utf8").split("\0");
  } catch {
    return [];
  }
}
