import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { progressOn } from "../../../scripts/install-pulumi/progress.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function play(isTTY: boolean, seconds: number): string {
  let written = "";
  const progress = progressOn({ isTTY, write: (text) => (written += text) });
  {
    using _ = progress.step("Building", "6 minutes");
    vi.advanceTimersByTime(seconds * 1000);
  }
  vi.advanceTimersByTime(120_000);
  progress.line("Done");
  return written;
}

test("without a terminal there is a plain line at the start and every half minute", () => {
  expect(play(false, 91)).toBe(
    [
      "Building … (about 6 minutes)",
      "Building … 0:30 of about 6 minutes",
      "Building … 1:00 of about 6 minutes",
      "Building … 1:30 of about 6 minutes",
      "Done",
      "",
    ].join("\n"),
  );
});

test("on a terminal one line counts the seconds, and stays with the time it took", () => {
  const shown = play(true, 61).split("\r\x1b[K");
  expect(shown.slice(0, 3)).toEqual(["", "Building … 0:00 of about 6 minutes", "Building … 0:01 of about 6 minutes"]);
  expect(shown.slice(-2)).toEqual(["Building … 1:01 of about 6 minutes", "Building … 1:01\nDone\n"]);
});
