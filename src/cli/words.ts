/** Numbers and names as people read them. The same on every machine, whatever its locale. */

export function number(n: number): string {
  return n.toLocaleString("en-US");
}

export function count(n: number, noun: string): string {
  return `${number(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** What stands behind a queue's name. @param id "" where only the program knows it; null: none yet */
export function queueId(id: string | null): string {
  return id === null ? "to be created" : id || "known to the program alone";
}

/** A time to wait, to a figure or two. */
export function duration(seconds: number): string {
  if (seconds < 1) return "less than a second";
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** How long something takes at the least. */
export function atLeast(seconds: number): string {
  return seconds < 1 ? "within a second" : `at least ${duration(seconds)}`;
}

/** To two figures, since it is an estimate, and never less than it is. */
export function usd(amount: number): string {
  if (amount === 0) return "US$ 0";
  if (amount < 0.01) return "less than US$ 0.01";
  return `US$ ${(Math.ceil(amount * 100) / 100).toFixed(2)}`;
}
