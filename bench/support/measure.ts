import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

/** Returns the median; for an even number of values, the upper of the two middle ones. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** Returns the median of the pairwise ratios: a temporary load on the machine affects both values of a pair. */
export function ratio(ones: readonly number[], others: readonly number[]): number {
  return median(ones.map((one, index) => one / (others[index] ?? Number.NaN)));
}

/** Describes the machine and its load. */
export function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  const model = cpus()[0]?.model.trim() ?? "unknown";
  const load = `load of the last minute ${(loadavg()[0] ?? 0).toFixed(1)}`;
  const system = `${process.platform} ${process.arch}, Node ${process.version}`;
  return `${availableParallelism()} cores (${model}), ${memory} GB, ${system}, ${load}`;
}

/** Measures a call, in milliseconds. */
export async function timed(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

export function whole(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}

/** Formats rows as a Markdown table with a header. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
