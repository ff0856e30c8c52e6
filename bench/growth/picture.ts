import { kilobytes, seconds, whole } from "../support/measure.ts";
import type { Growth, Point } from "./points.ts";

const width = 880;
const height = 360;
const panel = { width: 340, height: 230, top: 70 } as const;
/** Between a panel's sides and its outer points, for their labels. */
const margin = 36;
const colors = { time: "#0969da", state: "#bf8700", line: "#8c959f", text: "#57606a" } as const;

interface Panel {
  readonly title: string;
  readonly left: number;
  readonly points: readonly Point[];
  readonly nothing: number;
}

/** Draws how time and state grow, as an SVG with two panels. All axes are logarithmic. */
export function drawGrowth({ rows, manifests, nothing }: Growth): string {
  const panels = [
    drawPanel({ title: "rows of a data file", left: 70, points: rows, nothing }),
    drawPanel({ title: "manifests of 10 messages", left: 480, points: manifests, nothing }),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img">`,
    "<title>A run with nothing to push: time and state by number of rows and of manifests</title>",
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="70" y="28" font-size="15" fill="#1f2328">A run with nothing to push</text>`,
    `<text x="70" y="48" fill="${colors.time}">● time</text><text x="130" y="48" fill="${colors.state}">● state</text>`,
    `<text x="195" y="48" fill="${colors.text}">- - an empty program</text>`,
    ...panels,
    "</svg>",
    "",
  ].join("\n");
}

function drawPanel({ title, left, points, nothing }: Panel): string {
  const x = scale(
    points.map(({ size }) => size),
    left + margin,
    left + panel.width - margin,
  );
  const bottom = panel.top + panel.height;
  const time = scale([nothing, ...points.map(({ noOp }) => noOp)], bottom - 20, panel.top + 20);
  const state = scale(
    points.map((point) => point.state),
    bottom - 20,
    panel.top + 20,
  );
  const at = (value: (point: Point) => number) => points.map((point) => [x(point.size), value(point)] as const);
  const empty = time(nothing).toFixed(1);
  return [
    `<rect x="${left}" y="${panel.top}" width="${panel.width}" height="${panel.height}" fill="none" stroke="${colors.line}"/>`,
    `<text x="${left + panel.width / 2}" y="${bottom + 40}" text-anchor="middle" fill="${colors.text}">${title}</text>`,
    ...points.map(({ size }) => label(x(size), bottom + 18, whole(size), colors.text)),
    `<line x1="${left}" x2="${left + panel.width}" y1="${empty}" y2="${empty}" stroke="${colors.line}" stroke-dasharray="4 4"/>`,
    drawLine(
      at((point) => state(point.state)),
      colors.state,
    ),
    drawLine(
      at((point) => time(point.noOp)),
      colors.time,
    ),
    ...points.map((point) => label(x(point.size), state(point.state) + 16, kilobytes(point.state), colors.state)),
    ...points.map((point) => label(x(point.size), time(point.noOp) - 8, seconds(point.noOp), colors.time)),
  ].join("\n");
}

function drawLine(points: readonly (readonly [number, number])[], color: string): string {
  const path = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const dots = points.map(([x, y]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3" fill="${color}"/>`);
  return [`<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>`, ...dots].join("\n");
}

function label(x: number, y: number, text: string, color: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="middle" font-size="10" fill="${color}" stroke="#ffffff" stroke-width="3" paint-order="stroke">${text}</text>`;
}

/** Maps values to coordinates on a logarithmic axis. @param from coordinate of the smallest value @param to of the largest */
function scale(values: readonly number[], from: number, to: number): (value: number) => number {
  const [least, most] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  return (value) => from + ((Math.log(value) - least) / (most - least || 1)) * (to - from);
}
