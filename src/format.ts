/** Numbers, times and texts as people read them. The same on every machine, whatever its locale. */

export function formatNumber(n: number): string {
  return n.toLocaleString("en-US");
}

export function formatCount(n: number, noun: string): string {
  return `${formatNumber(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** A time to wait, to a figure or two. */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return "less than a second";
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 2 * 24 * 365) return `${formatNumber(Math.floor(hours / (24 * 365)))} years`;
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** The first characters of a text, none of them cut in two: half a character is nothing that the engine takes. */
export function truncate(text: string, characters: number): string {
  // No character has more than two code units, so that a long text is not taken apart as a whole.
  return [...text.slice(0, characters * 2)].slice(0, characters).join("");
}

/** Whether a text is a number of seconds that a run may wait. */
export function isSeconds(text: string): boolean {
  return /^\d{1,8}$/.test(text);
}
