import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { readWait } from "../../lifecycle/waiting.ts";
import type { RunProgress } from "../reporters/progress.ts";
import type { Report, Said } from "../reporters/report.ts";

const segmentType = "pulumi-nodejs:dynamic:Segment";

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

/** Takes what the engine says of a run, and tells of it what matters. */
export function watchEvents({ report, progress, now }: Watch): {
  take(event: EngineEvent): void;
  /** Whether the engine said what is wrong. */
  readonly erred: boolean;
  /** URNs of what the run did not leave as it was. */
  readonly touched: ReadonlySet<string>;
} {
  const touched = new Set<string>();
  let erred = false;
  let toldAt = Number.NEGATIVE_INFINITY;
  const tell = (always: boolean) => {
    if (!always && now() - toldAt < everyMs) return;
    toldAt = now();
    report.progress(progress.at(now()));
  };
  return {
    touched,
    take({ diagnosticEvent, resourcePreEvent, resOutputsEvent }) {
      const { op: doing = "same", urn: of = "" } = resourcePreEvent?.metadata ?? {};
      if (doing !== "same") touched.add(of);
      if (diagnosticEvent !== undefined) {
        const { urn = "", ephemeral } = diagnosticEvent;
        const severity = severities[diagnosticEvent.severity];
        const text = plain(diagnosticEvent.message);
        if (progress.line(urn, text)) return tell(false);
        const wait = readWait(text);
        if (wait !== undefined) {
          return report.waiting({ reason: wait.reason, until: Date.parse(wait.until), resource: nameOf(urn) });
        }
        if (ephemeral === true || severity === undefined || text === "") return;
        erred ||= severity === "error";
        report.said({ severity, text, resource: nameOf(urn) });
      }
      if (resOutputsEvent === undefined) return;
      const { op, type, urn, old, new: present } = resOutputsEvent.metadata;
      if (type === segmentType) {
        const [before, after] = [old, present].map((state) => state?.outputs?.lastPush);
        if (after === undefined || after.at === before?.at) return;
        progress.finished(urn, Number(after.pushed));
        tell(true);
      } else if (!ownTypes.test(type)) {
        const what = doings[op];
        if (what !== undefined) report.changed(what, `${type} ${nameOf(urn)}`);
      }
    },
    get erred() {
      return erred;
    },
  };
}

/** Without the engine's marks for colours. */
function plain(text: string): string {
  return text.replace(/<\{%.*?%\}>/g, "").trimEnd();
}

function nameOf(urn: string): string | undefined {
  return urn === "" ? undefined : urn.split("::").slice(3).join("::");
}
