import { isProcessDead } from "../../engine/stack-lock.ts";
import { formatCount, formatDuration, formatNumber } from "../../format.ts";
import { toPrintable, toPrintableLines } from "../../printable.ts";
import type { Paint } from "../shared/paint.ts";
import { planText } from "../shared/plan/text.ts";
import { formatOutcome } from "./outcome-text.ts";
import type { ProgressState } from "./progress.ts";
import type { Reporter, WaitStatus } from "./reporter.ts";

export interface TerminalOptions {
  readonly write: (text: string) => void;
  /** Whether the output is a terminal, on which a line can be overwritten. */
  readonly terminal: boolean;
  readonly paint: Paint;
  readonly now: () => number;
  /** The command that releases a stack. */
  readonly cancel?: string;
}

/** Milliseconds between two progress lines in a log, where lines cannot be overwritten. */
const logEveryMs = 10_000;

/** Creates a reporter that writes readable text for a terminal or a log. */
export function createHumanReporter(options: TerminalOptions): Reporter {
  const { write, terminal, paint, now, cancel = "pulumi cancel" } = options;
  let passing = false;
  let startedAt = now();
  let reportedAt = Number.NEGATIVE_INFINITY;
  let waitReportedAt = Number.NEGATIVE_INFINITY;
  const clear = () => {
    if (passing) write("\r\u001b[K");
    passing = false;
  };
  const line = (text: string) => {
    clear();
    write(`${text}\n`);
  };
  /** Writes text that the next line overwrites; a normal line if the output is not a terminal. */
  const pass = (text: string) => {
    if (!terminal) return line(text);
    write(`\r\u001b[K${text}`);
    passing = true;
  };
  const colours = { info: "dim", warning: "yellow", error: "red" } as const;
  return {
    onPlan: (plan) => line(planText(plan, paint)),
    onLocked(holder, waiting) {
      const then = waiting === "no" ? "" : ` ${formatWait(waiting)}`;
      line(`Another run holds the stack: ${toPrintable(holder.text)}.${then}`);
      if (isProcessDead(holder)) {
        line(`That process no longer exists on this machine. If the run is over, release the lock with \`${cancel}\`.`);
      } else if (waiting === "no") {
        line(`Wait for it with --wait. If it was killed, release the stack with \`${cancel}\`.`);
      }
    },
    onStart() {
      startedAt = now();
      line("Pushing …");
    },
    onProgress(state) {
      if (!terminal && now() - reportedAt < logEveryMs) return;
      reportedAt = now();
      pass(formatProgress(state));
    },
    onWait(wait) {
      if (!terminal && now() - waitReportedAt < logEveryMs) return;
      waitReportedAt = now();
      pass(formatWaiting(wait, now()));
    },
    onLog({ severity, text, resource }) {
      const head = resource === undefined ? "" : `${toPrintable(resource)}: `;
      line(`${paint(colours[severity], severity)} ${head}${toPrintableLines(text)}`);
    },
    onChange: (what, resource) => line(toPrintable(`${what} ${resource}`)),
    onStopping: () => line("Stopping: finishing requests in flight and saving progress …"),
    onNote: (text) => line(toPrintableLines(text)),
    onEnd(outcome) {
      for (const each of formatOutcome(outcome, { paint, startedAt, now: now() })) line(each);
    },
    onEnded() {},
  };
}

function formatWait(seconds: number | undefined): string {
  return seconds === undefined ? "Waiting for it to end …" : `Waiting for at most ${formatDuration(seconds)} …`;
}

export function formatWaiting({ reason, until, resource }: WaitStatus, now: number): string {
  const left = until === undefined ? "" : ` for at most ${formatDuration(Math.max(0, until - now) / 1_000)}`;
  return `${resource === undefined ? "" : `${resource}: `}waiting${left}: ${reason}`;
}

export function formatProgress({ pushed, planned, perSecond, secondsLeft }: ProgressState): string {
  const left = secondsLeft === undefined ? "" : `, ${formatDuration(secondsLeft)} left`;
  const rate = perSecond === 0 ? "" : `, ${formatNumber(Math.round(perSecond))} a second`;
  const whole =
    planned === undefined
      ? formatCount(pushed, "message")
      : `${formatNumber(pushed)} of ${formatCount(planned, "message")}`;
  return `${whole} pushed${rate}${left}`;
}
