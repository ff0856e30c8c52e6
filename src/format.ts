/** Formats numbers, times and texts for display, independent of the machine's locale. */

export function formatNumber(n: number): string {
  return n.toLocaleString("en-US");
}

export function formatCount(n: number, noun: string): string {
  return `${formatNumber(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** Formats a duration, rounded to one or two digits. */
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

/** Returns the first characters of a text without splitting one: Pulumi does not accept half a surrogate pair. */
export function truncate(text: string, characters: number): string {
  // A character has at most two code units, so a long text need not be split as a whole.
  return [...text.slice(0, characters * 2)].slice(0, characters).join("");
}

/** Shortens the SHA of a commit, as Git does by default. */
export function shortCommit(sha: string): string {
  return sha.slice(0, 7);
}

/** Reports whether a text is a valid number of seconds for a wait. */
export function isSeconds(text: string): boolean {
  return /^\d{1,8}$/.test(text);
}
