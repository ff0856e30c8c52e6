import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A size of a repository, and the cost of a run with it. */
export interface Point {
  readonly size: number;
  /** `up` with nothing to push, in milliseconds. */
  readonly noOp: number;
  /** The state's size, in bytes. */
  readonly state: number;
}

/** A series of measurements: of a data file with many rows, or of many manifests. */
export type Series = "rows" | "manifests";

export interface Growth extends Readonly<Record<Series, readonly Point[]>> {
  /** `up` of an empty program, in milliseconds. */
  readonly nothing: number;
}

export const sizes: Readonly<Record<Series, readonly number[]>> = {
  rows: [1_000, 10_000, 100_000, 1_000_000, 10_000_000],
  manifests: [1, 10, 100, 300, 1_000],
};

/** The points of earlier runs: the largest take minutes, so each can be measured by itself. */
const path = join(import.meta.dirname, "points.json");

export function readGrowth(): Growth {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : { nothing: 0, rows: [], manifests: [] };
}

export function writeGrowth(growth: Growth): void {
  writeFileSync(path, `${JSON.stringify(growth, null, 2)}\n`);
}

/** Adds a point, or replaces the one of the same size. */
export function withPoint(growth: Growth, series: Series, point: Point): Growth {
  const points = [...growth[series].filter(({ size }) => size !== point.size), point];
  return { ...growth, [series]: points.sort((a, b) => a.size - b.size) };
}

/**
 * Lists the points that an argument asks for: all, those of a series, or one.
 *
 * @param selection `rows`, `manifests`, `rows:10000000`; undefined for all
 */
export function selectSizes(
  selection: string | undefined,
): readonly { readonly series: Series; readonly size: number }[] {
  const all = (["rows", "manifests"] as const).flatMap((series) => sizes[series].map((size) => ({ series, size })));
  const [series, size] = selection?.split(":") ?? [];
  const chosen = all.filter(
    (each) => (series ?? each.series) === each.series && Number(size ?? each.size) === each.size,
  );
  if (chosen.length === 0) throw new Error(`growth has no points ${selection}; the sizes are ${JSON.stringify(sizes)}`);
  return chosen;
}
