import { formatCount, formatNumber } from "../../format.ts";
import type { RehearsalProgress } from "../../rehearse/rehearse.ts";

/** Milliseconds between two progress updates: on a terminal, where one line is overwritten, and in a log. */
const intervalMs = { terminal: 200, log: 10_000 } as const;

/** Creates a progress display on `stream`. Nothing is shown for a rehearsal that is shorter than the update interval. */
export function createProgress(
  stream: Pick<NodeJS.WriteStream, "write" | "isTTY">,
  queues: readonly { readonly queue: string; readonly drawn: number }[],
  now: () => number = Date.now,
): { readonly onProgress: (progress: RehearsalProgress) => void; readonly end: () => void } {
  const totals = new Map(queues.map(({ queue, drawn }) => [queue, drawn]));
  const interval = stream.isTTY ? intervalMs.terminal : intervalMs.log;
  let last = now();
  let shown = false;
  return {
    onProgress({ queue, finished, batches }) {
      if (now() - last < interval) return;
      last = now();
      const text = `${queue}: ${formatNumber(finished)} of ${formatCount(totals.get(queue) ?? 0, "message")}, ${formatCount(batches, "call")}`;
      stream.write(stream.isTTY ? `\r\u001b[2K${text}` : `${text}\n`);
      shown = true;
    },
    end() {
      if (shown && stream.isTTY) stream.write("\r\u001b[2K");
    },
  };
}
