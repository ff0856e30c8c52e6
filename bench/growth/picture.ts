import { kilobytes, seconds, whole } from "../support/measure.ts";
import type { Growth, Point } from "./points.ts";

const width = 880;
const height = 520;
const panel = { width: 370, height: 180 } as const;
const lefts = [40, 470] as const;
const tops = [70, 290] as const;
/** Between a panel's sides and its outer points, for their labels. */
const margin = 40;
const colors = { time: "#0969da", state: "#9a6700", line: "#8c959f", text: "#57606a" } as const;

interface Curve {
  readonly left: number;
  readonly top: number;
  readonly color: string;
  readonly points: readonly Point[];
  readonly measure: (point: Point) => number;
  readonly format: (value: number) => string;
  /** The value of an empty program, for a dashed line; undefined if there is none. */
  readonly nothing?: number;
}

/** Draws how time and state grow, as an SVG with four panels. All axes are logarithmic. */
export function drawGrowth({ rows, manifests, nothing }: Growth): string {
  const time = { top: tops[0], color: colors.time, measure: (point: Point) => point.noOp, format: seconds, nothing };
  const state = { top: tops[1], color: colors.state, measure: (point: Point) => point.state, format: kilobytes };
  const series = [rows, manifests];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img">`,
    "<title>A run with nothing to push: time and state by number of rows and of manifests</title>",
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${lefts[0]}" y="28" font-size="15" fill="#1f2328">A run with nothing to push</text>`,
    `<text x="${lefts[0]}" y="50" fill="${colors.time}">● time (dashed: an empty program)</text>`,
    `<text x="${lefts[0] + 210}" y="50" fill="${colors.state}">● size of the state</text>`,
    ...series.flatMap((points, index) => {
      const left = lefts[index] ?? 0;
      return [drawCurve({ ...time, left, points }), drawCurve({ ...state, left, points })];
    }),
    drawTitle(lefts[0], "rows of a data file"),
    drawTitle(lefts[1], "manifests of 10 messages"),
    "</svg>",
    "",
  ].join("\n");
}

function drawTitle(left: number, title: string): string {
  const [x, y] = [left + panel.width / 2, tops[1] + panel.height + 40];
  return `<text x="${x}" y="${y}" text-anchor="middle" fill="${colors.text}">${title}</text>`;
}

function drawCurve({ left, top, color, points, measure, format, nothing }: Curve): string {
  const bottom = top + panel.height;
  const x = scale(
    points.map(({ size }) => size),
    left + margin,
    left + panel.width - margin,
  );
  const y = scale([...(nothing === undefined ? [] : [nothing]), ...points.map(measure)], bottom - 24, top + 30);
  const empty = nothing === undefined ? undefined : y(nothing).toFixed(1);
  const at = points.map((point) => ({ point, x: x(point.size).toFixed(1), y: y(measure(point)) }));
  const path = at.map((each) => `${each.x},${each.y.toFixed(1)}`).join(" ");
  return [
    `<rect x="${left}" y="${top}" width="${panel.width}" height="${panel.height}" fill="none" stroke="${colors.line}"/>`,
    ...(empty === undefined
      ? []
      : [
          `<line x1="${left}" x2="${left + panel.width}" y1="${empty}" y2="${empty}" stroke="${colors.line}" stroke-dasharray="4 4"/>`,
        ]),
    `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>`,
    ...at.map((each) => `<circle cx="${each.x}" cy="${each.y.toFixed(1)}" r="3" fill="${color}"/>`),
    ...at.map((each) => label(each.x, each.y - 10, format(measure(each.point)), color, 8)),
    ...at.map((each) => label(each.x, bottom + 16, whole(each.point.size), colors.text)),
  ].join("\n");
}

/** @param before moves the text to the left, where a rising curve leaves room */
function label(x: string, y: number, text: string, color: string, before = 0): string {
  return `<text x="${x}" dx="-${before}" y="${y.toFixed(1)}" text-anchor="middle" font-size="11" fill="${color}">${text}</text>`;
}

/** Maps values to coordinates on a logarithmic axis. @param from coordinate of the smallest value @param to of the largest */
function scale(values: readonly number[], from: number, to: number): (value: number) => number {
  const [least, most] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  return (value) => from + ((Math.log(value) - least) / (most - least || 1)) * (to - from);
}
