import { computeTicks, formatShort, type Label, placeLabels } from "./chart-scale.ts";
import { escapeText } from "./escape.ts";
import type { RunType } from "./model.ts";

/** The data of a panel: one value per run, in order; undefined if a value is unknown. */
export interface Series {
  /** The panel's title: what is counted, with its unit. */
  readonly title: string;
  readonly form: "bars" | "line";
  readonly values: readonly (number | undefined)[];
}

/** A run on the common axis. */
export interface RunMark {
  /** Such as `#12`. */
  readonly label: string;
  /** The day on which it ended, such as `27 Nov`. */
  readonly day: string;
  readonly type: RunType;
  /** Text that a browser shows when the pointer is over the run. */
  readonly tooltip: string;
}

const size = { panel: 132, left: 46, right: 12, top: 40, gap: 20, axis: 52 } as const;

/** The horizontal positions in a chart: one slot of equal width per run. */
interface Slots {
  readonly width: number;
  readonly step: number;
  readonly middle: (index: number) => number;
}

/**
 * Renders panels over a common axis of runs. Each series has its own scale from 0, so that neither hides the other. An unknown
 * value leaves a gap. Labels that would overlap are left out.
 *
 * @param id id of the chart, unique on the page
 * @param width width in pixels at which texts have their size
 * @returns an SVG element
 */
export function chartSvg(
  id: string,
  { name, width, runs, panels }: { name: string; width: number; runs: readonly RunMark[]; panels: readonly Series[] },
): string {
  const step = (width - size.left - size.right) / Math.max(1, runs.length);
  const slots = { width, step, middle: (index: number) => round(size.left + (index + 0.5) * step) };
  const bottom = panels.length * (size.panel + size.gap) - size.gap;
  return [
    `<svg viewBox="0 0 ${width} ${bottom + size.axis}" role="img" aria-labelledby="${id}-t ${id}-d">`,
    `<title id="${id}-t">${escapeText(name)}</title>`,
    `<desc id="${id}-d">${escapeText(panels.map(({ title }) => title).join("; "))}. The table below has the same numbers.</desc>`,
    ...panels.map((series, index) => panelSvg(series, runs, index * (size.panel + size.gap), slots)),
    ...runMarks(runs, bottom, slots),
    ...axisLabels(runs, bottom, slots),
    ...runs.map(
      ({ tooltip }, index) =>
        `<rect class="hover" x="${round(slots.middle(index) - step / 2)}" y="0" width="${round(step)}" height="${bottom}"><title>${escapeText(tooltip)}</title></rect>`,
    ),
    "</svg>",
  ].join("\n");
}

interface Point {
  readonly index: number;
  readonly value: number;
  readonly x: number;
  readonly y: number;
}

function panelSvg({ title, form, values }: Series, runs: readonly RunMark[], y: number, slots: Slots): string {
  const ticks = computeTicks(Math.max(0, ...values.map((value) => value ?? 0)));
  const base = y + size.panel;
  const up = (value: number) => round(base - (value / (ticks.at(-1) ?? 1)) * (size.panel - size.top));
  const right = slots.width - size.right;
  const grid = ticks.map(
    (tick) =>
      `<line class="${tick === 0 ? "base" : "grid"}" x1="${size.left}" x2="${right}" y1="${up(tick)}" y2="${up(tick)}"/>` +
      `<text class="axis" x="${size.left - 8}" y="${round(up(tick) + 4)}" text-anchor="end">${formatShort(tick)}</text>`,
  );
  const points = values.flatMap((value, index) =>
    value === undefined ? [] : [{ index, value, x: slots.middle(index), y: up(value) }],
  );
  const none = `<text class="axis" x="${size.left + 8}" y="${base - 20}">not known</text>`;
  return [
    `<text class="panel" x="0" y="${y + 14}">${escapeText(title)}</text>`,
    ...grid,
    ...(form === "bars" ? bars(points, runs, base, slots) : line(points)),
    ...valueLabels(points, slots),
    ...(points.length === 0 ? [none] : []),
  ].join("\n");
}

function bars(points: readonly Point[], runs: readonly RunMark[], base: number, { step }: Slots): string[] {
  const width = round(Math.min(44, step * 0.64));
  return points
    .filter(({ value }) => value > 0)
    .map(({ index, x, y }) => {
      const height = Math.max(2, round(base - y));
      const type = runs[index]?.type === "failed" ? " failed" : "";
      return `<rect class="bar${type}" x="${round(x - width / 2)}" y="${round(base - height)}" width="${width}" height="${height}" rx="1"/>`;
    });
}

/** Draws a line that connects only the points of consecutive runs. */
function line(points: readonly Point[]): string[] {
  const path = points
    .map(({ index, x, y }, at) => `${points[at - 1]?.index === index - 1 ? "L" : "M"}${x} ${y}`)
    .join("");
  return [
    ...(path === "" ? [] : [`<path class="line" d="${path}"/>`]),
    ...points.map(({ x, y }) => `<circle class="dot" cx="${x}" cy="${y}" r="3.5"/>`),
  ];
}

/** Labels the last value first, then the largest ones, as far as there is room. A 0 has no label. */
function valueLabels(points: readonly Point[], { width }: Slots): string[] {
  const last = points.findLast(({ value }) => value > 0);
  const byValue = points.filter((point) => point !== last && point.value > 0).sort((a, b) => b.value - a.value);
  const wanted = [...(last === undefined ? [] : [last]), ...byValue].map(
    ({ value, x, y }): Label => ({ text: formatShort(value), x, y: y - 8 }),
  );
  return placeLabels(wanted, size.left, width - size.right).map((label) => textSvg("value", label));
}

/** Marks the runs that are not successful deployments below the panels. */
function runMarks(runs: readonly RunMark[], bottom: number, { middle }: Slots): string[] {
  return runs.flatMap(({ type }, index) =>
    type === "deployment" ? [] : [`<g transform="translate(${middle(index)} ${bottom + 11})">${symbols[type]}</g>`],
  );
}

/** Symbols of runs, which differ in form as well as in colour. */
export const symbols: Readonly<Record<Exclude<RunType, "deployment">, string>> = {
  failed: '<path class="mark-failed" d="M-4 -4L4 4M-4 4L4 -4"/>',
  repair: '<path class="mark-repair" d="M0 -5L5 0L0 5L-5 0Z"/>',
  other: '<circle class="mark-other" r="3"/>',
};

/** Labels the runs with their numbers, and the first run of each day with the day, as far as there is room. */
function axisLabels(runs: readonly RunMark[], bottom: number, { width, step, middle }: Slots): string[] {
  const every = Math.max(1, Math.ceil((Math.max(0, ...runs.map(({ label }) => label.length)) * 7 + 6) / step));
  const last = runs.length - 1;
  const numbers = runs.flatMap(({ label }, index) =>
    (last - index) % every === 0 ? [{ text: label, x: middle(index), y: bottom + 30 }] : [],
  );
  const days = runs.flatMap(({ day }, index) =>
    day !== runs[index - 1]?.day ? [{ text: day, x: middle(index), y: bottom + 46 }] : [],
  );
  const [newest, ...others] = [...days].reverse();
  const wanted = [...numbers.reverse(), ...(newest === undefined ? [] : [newest]), ...others.reverse()];
  return placeLabels(wanted, 0, width).map((label) => textSvg("axis", label));
}

function textSvg(type: string, { text, x, y }: Label): string {
  return `<text class="${type}" x="${round(x)}" y="${round(y)}" text-anchor="middle">${escapeText(text)}</text>`;
}

function round(n: number): number {
  return Math.round(n * 100) / 100;
}
