import { toPrintableJson } from "../../printable.ts";
import { planJson } from "../shared/plan/json.ts";
import type { Reporter } from "./reporter.ts";

/** Incremented when an existing key changes its meaning; docs/schemas/up.schema.json describes every kind of line. */
const version = 1;

/**
 * Creates a reporter that writes NDJSON: one object per line, each with `version`, `kind` and `at`. The last one is `result`
 * and contains the exit code.
 */
export function createJsonReporter(write: (line: string) => void, now: () => number): Reporter {
  const line = (kind: string, more: object = {}) =>
    write(`${toPrintableJson({ version, kind, at: new Date(now()).toISOString(), ...more })}\n`);
  return {
    onPlan(plan) {
      line("plan", { plan: planJson(plan) });
    },
    onLocked({ text, user, host, pid, since }, waiting) {
      const by = { description: text, user: user ?? null, host: host ?? null, pid: pid ?? null, since: since ?? null };
      line("locked", { by, waiting: waiting !== "no", seconds: typeof waiting === "number" ? waiting : null });
    },
    onStart: () => line("started"),
    onProgress({ pushed, planned, perSecond, secondsLeft }) {
      const round = (n: number) => Math.round(n * 10) / 10;
      line("progress", {
        pushed,
        planned: planned ?? null,
        perSecond: round(perSecond),
        secondsLeft: secondsLeft === undefined ? null : round(secondsLeft),
      });
    },
    onWait({ reason, until, resource }) {
      line("waiting", {
        reason,
        until: until === undefined ? null : new Date(until).toISOString(),
        secondsLeft: until === undefined ? null : Math.max(0, Math.ceil((until - now()) / 1_000)),
        resource: resource ?? null,
      });
    },
    onLog({ severity, text, resource, code, event }) {
      line("log", { severity, message: text, code: code ?? null, resource: resource ?? null, event: event ?? null });
    },
    onChange: (what, resource) => line("changed", { action: what, resource }),
    onStopping: () => line("stopping"),
    onNote: (text) => line("notice", { message: text }),
    onEnd({ exit, manifests, queues, total }) {
      line("result", { exit, total, manifests, queues });
    },
    onEnded: (exit) => line("result", { exit, total: null, manifests: [], queues: [] }),
  };
}
