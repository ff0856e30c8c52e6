import { expect, it } from "vitest";
import { createProgress } from "../../../src/cli/rehearse/output.ts";

/** Reports progress at these times, and returns what was written. */
function written(isTTY: boolean, times: readonly number[]): readonly string[] {
  const lines: string[] = [];
  let now = 0;
  const stream = { isTTY, write: (text: string) => lines.push(text) > 0 };
  const progress = createProgress(stream, [{ queue: "orders", drawn: 2_000 }], () => now);
  times.forEach((time, at) => {
    now = time;
    progress.onProgress({ queue: "orders", pushed: 2_000, finished: (at + 1) * 500, batches: at + 1 });
  });
  progress.end();
  return lines;
}

it("overwrites one line of a terminal, at most five times a second, and clears it at the end", () => {
  expect(written(true, [199, 200, 399, 400])).toEqual([
    "\r\u001b[2Korders: 1,000 of 2,000 messages, 2 calls",
    "\r\u001b[2Korders: 2,000 of 2,000 messages, 4 calls",
    "\r\u001b[2K",
  ]);
});

it("adds a line to a log every ten seconds", () => {
  expect(written(false, [200, 9_999, 10_000])).toEqual(["orders: 1,500 of 2,000 messages, 3 calls\n"]);
});

it.each([true, false])("writes nothing for a short rehearsal (terminal: %s)", (isTTY) => {
  expect(written(isTTY, [100])).toEqual([]);
});
