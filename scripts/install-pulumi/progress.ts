/** Milliseconds between two lines about a running step without a terminal. */
const plainEveryMs = 30_000;

export interface Progress {
  /** Shows that a step began, and how long it has run, until it is disposed of. */
  step(text: string, expected?: string): Disposable;
  line(text: string): void;
}

/** The output: process.stderr, or that of a test. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows progress: one line that counts the seconds on a terminal, occasional plain lines in a log. */
export function progressOn(screen: Screen, now: () => number = Date.now): Progress {
  return {
    step(text, expected) {
      const began = now();
      const elapsed = () => clock(now() - began) + (expected === undefined ? "" : ` of about ${expected}`);
      const show = () => screen.write(screen.isTTY ? `\r\x1b[K${text} … ${elapsed()}` : `${text} … ${elapsed()}\n`);
      if (screen.isTTY) show();
      else screen.write(`${text} …${expected === undefined ? "" : ` (about ${expected})`}\n`);
      const timer = setInterval(show, screen.isTTY ? 1000 : plainEveryMs);
      return {
        [Symbol.dispose]() {
          clearInterval(timer);
          if (screen.isTTY) screen.write(`\r\x1b[K${text} … ${clock(now() - began)}\n`);
        },
      };
    },
    line: (text) => screen.write(`${text}\n`),
  };
}

/** Formats minutes and seconds, as in 5:07. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
