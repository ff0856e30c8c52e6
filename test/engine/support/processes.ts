import { readdirSync, readFileSync } from "node:fs";

/** A process that a test has started, directly or through the engine. */
export interface Process {
  readonly pid: number;
  /** Its command line, arguments joined by a space. */
  readonly command: string;
}

/**
 * The living processes with this variable in their environment. The engine puts its plugins into process groups of their
 * own, and they outlive it when it is killed; what they inherit is the one mark they all keep. Linux only: elsewhere none.
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

/** Empty where the process has ended meanwhile, or is another user's. */
function read(pid: number, what: "environ" | "cmdline"): string[] {
  try {
    return readFileSync(`/proc/${pid}/${what}`, "utf8").split("\0");
  } catch {
    return [];
  }
}
