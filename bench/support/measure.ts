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

/** What a figure should be: at most, or at least, this value. */
export type Aim = { readonly most: number } | { readonly least: number };

/** Returns the cells of a figure: the value, its aim, and whether it is met. */
export function judged(value: number, aim: Aim, show: (value: number) => string): readonly [string, string, string] {
  const isMet = "most" in aim ? value <= aim.most : value >= aim.least;
  const text = "most" in aim ? `at most ${show(aim.most)}` : `at least ${show(aim.least)}`;
  return [show(value), text, isMet ? "met" : "missed"];
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
export const times = (ratio: number): string => `${ratio.toFixed(2)} times`;
export const megabytes = (value: number): string => `${whole(value)} MB`;
export const kilobytes = (bytes: number): string => `${whole(bytes / 1000)} KB`;

export function whole(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}

/** Formats rows as a Markdown table with a header. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
