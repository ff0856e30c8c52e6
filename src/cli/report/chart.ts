import { formatNumber } from "../../format.ts";
import { escapeText } from "./escape.ts";

/** The data of a panel: one value per run, in order; undefined if a value is unknown. */
export interface Series {
  /** The panel's title: what is counted, with its unit. */
  readonly title: string;
  readonly form: "bars" | "line";
  readonly values: readonly (number | undefined)[];
}

const size = { width: 760, panel: 150, left: 64, right: 24, top: 34, gap: 18, foot: 46 } as const;

/** Maximum number of values that are all labelled without overlap. With more, only the largest and the last are labelled. */
const mostLabels = 16;

/**
 * Renders panels over a common axis of runs. Each series has its own scale from 0, so that neither hides the other. An unknown
 * value leaves a gap.
 *
 * @param id id of the chart, unique on the page
 * @param labels the runs' labels on the axis
 * @returns an SVG element
 */
export function chartSvg(id: string, name: string, labels: readonly string[], panels: readonly Series[]): string {
  const { width, panel, gap, foot, left, right } = size;
  const height = panels.length * (panel + gap) + foot;
  const drawn = panels.map((series, index) => panelSvg(series, index * (panel + gap)));
  const bottom = panels.length * (panel + gap) - gap;
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d">`,
    `<title id="${id}-t">${escapeText(name)}</title>`,
    `<desc id="${id}-d">${escapeText(panels.map(({ title }) => title).join("; "))}. The table below has the same numbers.</desc>`,
    ...drawn,
    ...axisLabels(labels, bottom + 16),
    `<text class="axis" x="${(left + width - right) / 2}" y="${bottom + 38}" text-anchor="middle">Runs, oldest first</text>`,
    "</svg>",
  ].join("\n");
}

function panelSvg({ title, form, values }: Series, y: number): string {
  const { width, panel, left, right, top } = size;
  const ticks = computeTicks(Math.max(0, ...values.map((value) => value ?? 0)));
  const most = ticks.at(-1) ?? 1;
  const base = y + panel;
  const up = (value: number) => round(base - (value / most) * (panel - top));
  const grid = ticks.map(
    (tick) =>
      `<line class="${tick === 0 ? "base" : "grid"}" x1="${left}" x2="${width - right}" y1="${up(tick)}" y2="${up(tick)}"/>` +
      `<text class="axis" x="${left - 8}" y="${round(up(tick) + 4)}" text-anchor="end">${short(tick)}</text>`,
  );
  const points = values.flatMap((value, index) =>
    value === undefined ? [] : [{ index, value, x: computeMiddle(index, values.length), y: up(value) }],
  );
  const marks = form === "bars" ? bars(points, values.length, base) : line(points);
  const named = selectLabelled(points);
  const names = named.map(
    ({ x, y: at, value }) =>
      `<text class="value" x="${x}" y="${round(at - 7)}" text-anchor="middle">${formatNumber(value)}</text>`,
  );
  const none = points.length === 0 ? [`<text class="axis" x="${left + 8}" y="${base - 20}">not known</text>`] : [];
  return [
    `<text class="panel" x="0" y="${y + 14}">${escapeText(title)}</text>`,
    ...grid,
    ...marks,
    ...names,
    ...none,
  ].join("\n");
}

interface Point {
  readonly index: number;
  readonly value: number;
  readonly x: number;
  readonly y: number;
}

function bars(points: readonly Point[], count: number, base: number): string[] {
  const width = round(Math.min(44, computeStep(count) * 0.64));
  return points
    .filter(({ value }) => value > 0)
    .map(({ x, y }) => {
      const height = Math.max(1, round(base - y));
      return `<rect class="bar" x="${round(x - width / 2)}" y="${round(base - height)}" width="${width}" height="${height}"/>`;
    });
}

/** Draws a line that connects only the points of consecutive runs. */
function line(points: readonly Point[]): string[] {
  const path = points
    .map(({ index, x, y }, at) => `${points[at - 1]?.index === index - 1 ? "L" : "M"}${x} ${y}`)
    .join("");
  return [
    ...(path === "" ? [] : [`<path class="line" d="${path}"/>`]),
    ...points.map(({ x, y }) => `<circle class="dot" cx="${x}" cy="${y}" r="4"/>`),
  ];
}

function selectLabelled(points: readonly Point[]): readonly Point[] {
  if (points.length <= mostLabels) return points;
  const largest = points.reduce<Point | undefined>((a, b) => (a === undefined || b.value > a.value ? b : a), undefined);
  return points.filter(
    (point) => point === largest || (point === points.at(-1) && point.index - (largest?.index ?? 0) > 1),
  );
}

/** Draws as many axis labels as there is room for. */
function axisLabels(labels: readonly string[], y: number): string[] {
  const every = Math.ceil(52 / computeStep(labels.length));
  return labels.flatMap((label, index) =>
    index % every === 0
      ? [
          `<text class="axis" x="${computeMiddle(index, labels.length)}" y="${y}" text-anchor="middle">${escapeText(label)}</text>`,
        ]
      : [],
  );
}

function computeStep(count: number): number {
  return (size.width - size.left - size.right) / Math.max(1, count);
}

function computeMiddle(index: number, count: number): number {
  return round(size.left + (index + 0.5) * computeStep(count));
}

/** Returns 0 and a few round integers, the last of which is at least `most`. */
export function computeTicks(most: number): readonly number[] {
  const rough = Math.max(1, most / 3);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough;
  return Array.from({ length: Math.max(1, Math.ceil(most / step)) + 1 }, (_, index) => index * step);
}

/** Formats a number for an axis in little space, such as `15k`. */
function short(n: number): string {
  if (n >= 1_000_000) return `${round(n / 1_000_000)}M`;
  return n >= 10_000 ? `${round(n / 1_000)}k` : formatNumber(n);
}

function round(n: number): number {
  return Math.round(n * 100) / 100;
}
