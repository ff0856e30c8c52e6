import { execFile } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { promisify } from "node:util";

/** A process that writes a journal, so that others of its machine can see whether it still runs. */
export interface Owner {
  /** The machine, its boot and, in a container, the numbering of processes: a number means nothing elsewhere. */
  readonly machine: string;
  readonly pid: number;
  /** When the process began, as the system has it: another one may get its number later. "" where that is not known. */
  readonly started: string;
}

let self: Promise<Owner> | undefined;

/** This process. */
export function describeThisProcess(): Promise<Owner> {
  self ??= readStartTime(process.pid).then((started) => ({
    machine: identifyMachine(),
    pid: process.pid,
    started: started ?? "",
  }));
  return self;
}

/** Whether a process still runs. Of one on another machine nothing can be seen: false. */
export async function isRunning({ machine, pid, started }: Owner): Promise<boolean> {
  if (machine !== identifyMachine()) return false;
  const now = await readStartTime(pid);
  return now !== undefined && (now === started || now === "" || started === "");
}

function identifyMachine(): string {
  const facts = [
    hostname(),
    attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    attempt(() => readlinkSync("/proc/self/ns/pid")),
  ];
  return facts.filter((fact) => fact !== undefined).join(" ");
}

/**
 * When a process began. A dead one that its parent has not asked after yet counts as ended.
 *
 * Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 *
 * @returns undefined: there is no such process; "": it is there, and the system does not say since when
 */
async function readStartTime(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") {
    const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
    // The second field is the command in brackets, which may hold anything.
    const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields === undefined || fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  }
  if (!isThere(pid)) return undefined;
  if (process.platform === "win32") return "";
  const { stdout } = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)]).catch(() => ({
    stdout: "",
  }));
  return stdout.trim();
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function attempt<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch {
    // What this system does not have tells nothing apart.
    return undefined;
  }
}
