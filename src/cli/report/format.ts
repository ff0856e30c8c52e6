import { escapeText } from "./escape.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** Formats the day of an ISO 8601 time, such as `27 Nov`, or `27 Nov 2025` with `year`. UTC. */
export function formatDay(at: string, { year = false } = {}): string {
  const [, years = "", month = "", day = ""] = /^(\d{4})-(\d\d)-(\d\d)/.exec(at) ?? [];
  const name = months[Number(month) - 1];
  if (name === undefined) return at;
  return `${Number(day)} ${name}${year ? ` ${years}` : ""}`;
}

/** Renders an ISO 8601 time as `27 Nov 2026, 14:03`. UTC. */
export function timeElement(at: string): string {
  return `<time datetime="${escapeText(at)}">${escapeText(formatTime(at))}</time>`;
}

export function formatTime(at: string): string {
  const clock = /T(\d\d:\d\d)/.exec(at)?.[1];
  return clock === undefined ? formatDay(at, { year: true }) : `${formatDay(at, { year: true })}, ${clock}`;
}

/** Formats a number of bytes in units of 1,000, such as `1.2 MB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"] as const;
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1_000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10} ${units[power]}`;
}
