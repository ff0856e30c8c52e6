import { formatNumber } from "../../format.ts";

/** Returns 0 and a few round integers, the last of which is at least `most`. */
export function computeTicks(most: number): readonly number[] {
  const rough = Math.max(1, most / 3);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough;
  return Array.from({ length: Math.max(1, Math.ceil(most / step)) + 1 }, (_, index) => index * step);
}

/** Formats a number in little space, such as `15k`. */
export function formatShort(n: number): string {
  if (n >= 1_000_000) return `${Math.round(n / 100_000) / 10}M`;
  if (n >= 10_000) return `${Math.round(n / 1_000)}k`;
  return formatNumber(n);
}

/** A text to draw, with the centre of its baseline in pixels. */
export interface Label {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** Upper bounds for the fonts of the page at 12 px. */
const glyph = { width: 7, height: 13 } as const;

/**
 * Selects labels that overlap neither each other nor the edges.
 *
 * @param labels the most important ones first
 * @param from left edge
 * @param to right edge
 * @returns the labels to draw; those near an edge are moved inwards
 */
export function placeLabels(labels: readonly Label[], from: number, to: number): readonly Label[] {
  const placed: Label[] = [];
  for (const { text, x, y } of labels) {
    const half = halfWidth(text);
    if (2 * half > to - from) continue;
    const label = { text, x: Math.min(Math.max(x, from + half), to - half), y };
    if (!placed.some((other) => overlaps(label, other))) placed.push(label);
  }
  return placed;
}

function overlaps(a: Label, b: Label): boolean {
  return Math.abs(a.x - b.x) < halfWidth(a.text) + halfWidth(b.text) + 4 && Math.abs(a.y - b.y) < glyph.height;
}

function halfWidth(text: string): number {
  return (text.length * glyph.width) / 2;
}
