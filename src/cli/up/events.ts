import { withoutColours } from "../../engine/pulumi-messages.ts";
import type { EngineEvent } from "../../engine/run-pulumi.ts";
import { describeEvent } from "../../lifecycle/protocol/describe.ts";
import { decodeEvent, type RunEvent } from "../../lifecycle/protocol/events.ts";
import { toPrintableLines } from "../../printable.ts";
import type { RunProgress } from "../reporters/progress.ts";
import type { Report, Said } from "../reporters/report.ts";

/** What was done to other resources, such as queues, in words. */
const doings: Readonly<Record<string, string>> = {
  create: "created",
  update: "updated",
  delete: "deleted",
  replace: "replaced",
  import: "imported",
};

/** The engine's words for how much something matters. What is missing here, `debug`, is for its developers. */
const severities: Readonly<Record<string, Said["severity"]>> = {
  info: "info",
  "info#err": "info",
  warning: "warning",
  error: "error",
};

/** The seeder's own resources, which the summary tells of; and what has no life of its own. */
const ownTypes = /^(pulumi-nodejs:dynamic:|queue-seeder:|pulumi:pulumi:|pulumi:providers:)/;

/** Milliseconds between two tellings of the progress. */
const everyMs = 1_000;

export interface Watch {
  readonly report: Report;
  readonly progress: RunProgress;
  readonly now: () => number;
}

/** What became known of a run from its events. */
export interface Watched {
  take(event: EngineEvent): void;
  /** Whether the engine said what is wrong. */
  readonly erred: boolean;
  /** URNs of what the run did not leave as it was. */
  readonly touched: ReadonlySet<string>;
  /** Codes of what the provider refused. */
  readonly refused: ReadonlySet<string>;
}

/** Takes what the engine says of a run, and reports of it what matters. */
export function watchEvents({ report, progress, now }: Watch): Watched {
  const touched = new Set<string>();
  /** By URN: the code of the last refusal, which Pulumi puts into a sentence next. */
  const codes = new Map<string, string>();
  const refused = new Set<string>();
  /** Sentences of events that are reported already, by URN and text. */
  const echoes = new Set<string>();
  let erred = false;
  let isUnreadableReported = false;
  let toldAt = Number.NEGATIVE_INFINITY;
  const onProblem = (always: boolean) => {
    if (!always && now() - toldAt < everyMs) return;
    toldAt = now();
    report.progress(progress.at(now()));
  };
  const takeEvent = (event: RunEvent, urn: string) => {
    const described = describeEvent(event);
    if (described !== undefined) echoes.add(echoOf(urn, toPrintableLines(described.text)));
    switch (event.kind) {
      case "progress":
        progress.reached(urn, event.pushed);
        return onProblem(false);
      case "outcome":
        if (event.pushed === 0) return;
        progress.reached(urn, event.pushed);
        return onProblem(true);
      case "waiting":
        return report.waiting({ reason: event.reason, until: Date.parse(event.until), resource: nameOf(urn) });
      case "refused":
        codes.set(urn, event.code);
        refused.add(event.code);
        return;
      default:
        if (described === undefined) return;
        report.said({
          ...described,
          resource: nameOf(urn),
          code: event.kind === "warned" ? event.code : undefined,
          event,
        });
    }
  };
  const takeText = (message: string, severity: Said["severity"], urn: string) => {
    const text = withoutColours(message).trimEnd();
    if (text === "" || echoes.delete(echoOf(urn, text))) return;
    erred ||= severity === "error";
    report.said({ severity, text, resource: nameOf(urn), code: severity === "error" ? codes.get(urn) : undefined });
  };
  return {
    touched,
    refused,
    take({ diagnosticEvent, resourcePreEvent, resOutputsEvent }) {
      const { op: doing = "same", urn: of = "" } = resourcePreEvent?.metadata ?? {};
      if (doing !== "same") touched.add(of);
      if (diagnosticEvent !== undefined) {
        const { urn = "", ephemeral, message } = diagnosticEvent;
        const severity = severities[diagnosticEvent.severity];
        const decoded = decodeEvent(message.trimEnd());
        if (decoded.kind === "event") takeEvent(decoded.event, urn);
        else if (decoded.kind === "unreadable") {
          if (!isUnreadableReported) report.note(unreadableText(decoded.message));
          isUnreadableReported = true;
        } else if (ephemeral !== true && severity !== undefined) takeText(message, severity, urn);
      }
      if (resOutputsEvent === undefined) return;
      const { op, type, urn } = resOutputsEvent.metadata;
      if (ownTypes.test(type)) return;
      const what = doings[op];
      if (what !== undefined) report.changed(what, `${type} ${nameOf(urn)}`);
    },
    get erred() {
      return erred;
    },
  };
}

function unreadableText(why: string): string {
  return (
    `EVENT_UNREADABLE: the provider of this project reports what this command cannot read: ${why}. ` +
    "What is pushed is right all the same; use the same version of queue-seeder for both."
  );
}

function echoOf(urn: string, text: string): string {
  return `${urn}\n${withoutColours(text).trimEnd()}`;
}

function nameOf(urn: string): string | undefined {
  return urn === "" ? undefined : urn.split("::").slice(3).join("::");
}
