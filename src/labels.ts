import { formatNumber } from "./format.ts";

/** Maximum number of labels and ranges that a line lists. */
const maxListedLabels = 20;

/** A row's label, or a range of rows: `#5`, `#5 (order-5)`, `#5 to #9`, `#5 (order-5) to #9 (order-9)`. */
const rows = /^#(\d+)( \((?:"(?:[^"\\]|\\.)*"|[^"()]*)\))?(?: to #(\d+)( \((?:"(?:[^"\\]|\\.)*"|[^"()]*)\))?)?$/;

/**
 * Returns the name of a message for display: its id, or `#` and its number from 1. An id that looks like that, or like a range of
 * numbers, is quoted as JSON.
 */
export function formatLabel(id: string | undefined, index: number): string {
  if (id === undefined) return `#${index + 1}`;
  return /^["#]/.test(id) ? JSON.stringify(id) : id;
}

/**
 * Returns the name of a row for display: `#` and its number, and its id in parentheses, as in `#5 (order-5)`. An id with quotes or
 * parentheses is quoted as JSON, so that the label ends where it seems to end.
 *
 * @param number of the row in its whole file, from 1
 * @param id of the same row; undefined if it has none, or was not read
 */
export function formatRowLabel(number: number, id?: string): string {
  if (id === undefined) return `#${number}`;
  return `#${number} (${/["()]/.test(id) ? JSON.stringify(id) : id})`;
}

/** Returns the number of the row that a label names; undefined if it is not the label of a single row. */
export function parseRowLabel(label: string): number | undefined {
  const [, first, , last] = rows.exec(label) ?? [];
  return first === undefined || last !== undefined ? undefined : Number(first);
}

/** Formats all labels; consecutive rows are combined, as in `#1 to #100`. */
export function formatAllLabels(labels: readonly string[]): readonly string[] {
  return toRanges(labels).map(formatRange);
}

/** Counts the messages that the result of {@link formatAllLabels} names. */
export function countLabels(labels: readonly string[]): number {
  return labels.reduce((sum, label) => {
    const [, first, , last] = rows.exec(label) ?? [];
    return sum + (last === undefined ? 1 : Number(last) - Number(first) + 1);
  }, 0);
}

/** Returns the first labels as ranges, and the number of the remaining messages. */
export function limitLabels(labels: readonly string[]): { readonly names: readonly string[]; readonly more: number } {
  const names = formatAllLabels(labels).slice(0, maxListedLabels);
  return { names, more: countLabels(labels) - countLabels(names) };
}

/** Formats the result of {@link limitLabels} as text. */
export function formatLabelList(labels: readonly string[]): string {
  const { names, more } = limitLabels(labels);
  return names.join(", ") + (more > 0 ? ` and ${formatNumber(more)} more` : "");
}

interface LabelRange {
  readonly first: string;
  readonly last: string;
}

function toRanges(labels: readonly string[]): readonly LabelRange[] {
  const ranges: LabelRange[] = [];
  for (const label of labels) {
    const range = ranges.at(-1);
    if (range !== undefined && follows(range.last, label)) ranges[ranges.length - 1] = { ...range, last: label };
    else ranges.push({ first: label, last: label });
  }
  return ranges;
}

function formatRange({ first, last }: LabelRange): string {
  return first === last ? first : `${first} to ${last}`;
}

function follows(last: string, label: string): boolean {
  const number = parseRowLabel(last);
  return number !== undefined && parseRowLabel(label) === number + 1;
}
