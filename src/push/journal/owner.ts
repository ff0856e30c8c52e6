import { execFile } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { promisify } from "node:util";
import { errorCode } from "../../error-code.ts";

/** The process that writes a journal, so that other processes of the machine can check whether it still runs. */
export interface Owner {
  /** The machine, its boot and, in a container, the PID namespace: a process id is only meaningful there. */
  readonly machine: string;
  readonly pid: number;
  /** When the process started, according to the system, because its id may be reused; "" if unknown. */
  readonly started: string;
}

let self: Promise<Owner> | undefined;

/** Returns this process. */
export function describeThisProcess(): Promise<Owner> {
  self ??= readStartTime(process.pid).then((started) => ({
    machine: identifyMachine(),
    pid: process.pid,
    started: started ?? "",
  }));
  return self;
}

/** Reports whether a process still runs; false for one on another machine, which is not visible. */
export async function isRunning({ machine, pid, started }: Owner): Promise<boolean> {
  if (machine !== identifyMachine()) return false;
  const now = await readStartTime(pid);
  return now !== undefined && (now === started || now === "" || started === "");
}

function identifyMachine(): string {
  const facts = [
    hostname(),
    orUndefined(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    orUndefined(() => readlinkSync("/proc/self/ns/pid")),
  ];
  return facts.filter((fact) => fact !== undefined).join(" ");
}

/**
 * Returns when a process started. A zombie counts as ended.
 *
 * Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 *
 * @returns undefined if the process does not exist; "" if it exists, but its start is unknown
 */
async function readStartTime(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") {
    const stat = orUndefined(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
    // The second field is the command in parentheses, which may contain anything.
    const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields === undefined || fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  }
  if (!isAlive(pid)) return undefined;
  if (process.platform === "win32") return "";
  const { stdout } = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)]).catch(() => ({
    stdout: "",
  }));
  return stdout.trim();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

function orUndefined<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch {
    // Without this file, the value distinguishes nothing.
    return undefined;
  }
}
