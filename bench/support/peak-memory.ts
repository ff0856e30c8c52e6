import { readFileSync } from "node:fs";

/**
 * Returns a process's peak memory in megabytes. Linux only: what `process.resourceUsage()` reports starts with the peak of the process
 * that started this one.
 *
 * @throws Error if the process has ended
 */
export function readPeakMemory(pid: number | "self"): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  if (kibibytes === undefined) throw new Error(`process ${pid} has ended`);
  return (Number(kibibytes) * 1024) / 1_000_000;
}
