import { stripColours } from "../../engine/pulumi-internals/cli-messages.ts";
import type { EngineEvent } from "../../engine/run-pulumi.ts";
import { describeEvent } from "../../lifecycle/protocol/describe.ts";
import { decodeEvent, type RunEvent } from "../../lifecycle/protocol/events.ts";
import { toPrintableLines } from "../../printable.ts";
import type { RunProgress } from "../reporters/progress.ts";
import type { LogLine, Reporter } from "../reporters/reporter.ts";

/** Verbs for Pulumi's operations on other resources, such as queues. */
const operationLabels: Readonly<Record<string, string>> = {
  create: "created",
  update: "updated",
  delete: "deleted",
  replace: "replaced",
  import: "imported",
};

/** Severities of Pulumi's diagnostics. `debug` is missing: it is meant for Pulumi's developers. */
const severities: Readonly<Record<string, LogLine["severity"]>> = {
  info: "info",
  "info#err": "info",
  warning: "warning",
  error: "error",
};

/** Types whose changes are not reported: queue-seeder's resources, which the summary covers, the stack and providers. */
const ownTypes = /^(pulumi-nodejs:dynamic:|queue-seeder:|pulumi:pulumi:|pulumi:providers:)/;

/** Minimum milliseconds between two progress reports. */
const everyMs = 1_000;

export interface EventSink {
  readonly reporter: Reporter;
  readonly progress: RunProgress;
  readonly now: () => number;
}

/** Collects facts about a run from its events. */
export interface EventWatcher {
  handle(event: EngineEvent): void;
  /** Whether Pulumi logged an error. */
  readonly erred: boolean;
  /** URNs of the resources that the run changed. */
  readonly touched: ReadonlySet<string>;
  /** Codes of the provider's refusals. */
  readonly refused: ReadonlySet<string>;
}

/** Creates a watcher that handles Pulumi's events of a run and passes the relevant ones to the reporter. */
export function createEventWatcher({ reporter, progress, now }: EventSink): EventWatcher {
  const touched = new Set<string>();
  /** Code of the last refusal by URN. Pulumi logs the text of the refusal afterwards. */
  const codes = new Map<string, string>();
  const refused = new Set<string>();
  /** URNs and texts of events that were reported already, to skip the log lines that repeat them. */
  const echoes = new Set<string>();
  let erred = false;
  let isUnreadableReported = false;
  let reportedAt = Number.NEGATIVE_INFINITY;
  const reportProgress = (always: boolean) => {
    if (!always && now() - reportedAt < everyMs) return;
    reportedAt = now();
    reporter.onProgress(progress.at(now()));
  };
  const takeEvent = (event: RunEvent, urn: string) => {
    const described = describeEvent(event);
    if (described !== undefined) echoes.add(toEcho(urn, toPrintableLines(described.text)));
    switch (event.kind) {
      case "progress":
        progress.reached(urn, event.pushed);
        return reportProgress(false);
      case "outcome":
        if (event.pushed === 0) return;
        progress.reached(urn, event.pushed);
        return reportProgress(true);
      case "waiting":
        return reporter.onWait({ reason: event.reason, until: Date.parse(event.until), resource: formatResource(urn) });
      case "refused":
        codes.set(urn, event.code);
        refused.add(event.code);
        return;
      default:
        if (described === undefined) return;
        reporter.onLog({
          ...described,
          resource: formatResource(urn),
          code: event.kind === "warned" ? event.code : undefined,
          event,
        });
    }
  };
  const takeText = (message: string, severity: LogLine["severity"], urn: string) => {
    const text = stripColours(message)
      .trimEnd()
      .replace(/^(?:error|warning): /, "");
    if (text === "" || echoes.delete(toEcho(urn, text))) return;
    // Pulumi's last line adds nothing to the error in front of it.
    if (erred && text === "update failed") return;
    erred ||= severity === "error";
    reporter.onLog({
      severity,
      text,
      resource: formatResource(urn),
      code: severity === "error" ? codes.get(urn) : undefined,
    });
  };
  return {
    touched,
    refused,
    handle({ diagnosticEvent, resourcePreEvent, resOutputsEvent }) {
      const started = resourcePreEvent?.metadata;
      if (started !== undefined && started.op !== "same") touched.add(started.urn);
      if (diagnosticEvent !== undefined) {
        const { urn = "", ephemeral, message } = diagnosticEvent;
        const severity = severities[diagnosticEvent.severity];
        const decoded = decodeEvent(message.trimEnd());
        if (decoded.kind === "event") takeEvent(decoded.event, urn);
        else if (decoded.kind === "unreadable") {
          if (!isUnreadableReported) reporter.onNote(unreadableText(decoded.message));
          isUnreadableReported = true;
        } else if (ephemeral !== true && severity !== undefined) takeText(message, severity, urn);
      }
      if (resOutputsEvent === undefined) return;
      const { op, type, urn } = resOutputsEvent.metadata;
      if (ownTypes.test(type)) return;
      const what = operationLabels[op];
      if (what !== undefined) reporter.onChange(what, `${type} ${formatResource(urn)}`);
    },
    get erred() {
      return erred;
    },
  };
}

function unreadableText(why: string): string {
  return (
    `EVENT_UNREADABLE: the provider of this project sent an event that this command cannot read: ${why}. ` +
    "The push itself is not affected. Use the same version of queue-seeder for both."
  );
}

function toEcho(urn: string, text: string): string {
  return `${urn}\n${stripColours(text).trimEnd()}`;
}

function formatResource(urn: string): string | undefined {
  return urn === "" ? undefined : urn.split("::").slice(3).join("::");
}
