import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

/** The middle one; of an even number, the upper of the two. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** Median of the ratios pair by pair: what slows the machine down for a while slows both of a pair. */
export function ratio(ones: readonly number[], others: readonly number[]): number {
  return median(ones.map((one, index) => one / (others[index] ?? Number.NaN)));
}

/** What the figures were measured on, and how busy it was. */
export function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  const model = cpus()[0]?.model.trim() ?? "unknown";
  const load = `load of the last minute ${(loadavg()[0] ?? 0).toFixed(1)}`;
  const system = `${process.platform} ${process.arch}, Node ${process.version}`;
  return `${availableParallelism()} cores (${model}), ${memory} GB, ${system}, ${load}`;
}

/** Milliseconds that something takes. */
export async function timed(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

export function whole(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}

/** Rows of a Markdown table under a head. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
