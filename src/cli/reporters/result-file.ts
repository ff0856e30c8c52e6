import { toPrintableJson } from "../../printable.ts";
import type { Outcome } from "../shared/outcome.ts";
import type { Plan } from "../shared/plan/model.ts";
import type { Reporter } from "./reporter.ts";

/** Changes when what is there changes its meaning; docs/schemas/run.schema.json has every key. */
const version = 1;

/** What only the run itself knows. */
export interface RunInfo {
  readonly stack: string;
  /** Null: nobody is to be named. */
  readonly by: string | null;
  /** Null: there is none. */
  readonly commit: string | null;
}

/**
 * Tells of a run as another report does, and writes one document of it when it has ended: to archive, or for a later step of a
 * pipeline.
 *
 * @param write gets the document's text
 */
export function createResultFileReporter(
  reporter: Reporter,
  snapshot: RunInfo,
  write: (text: string) => void,
  now: () => number,
): Reporter {
  const startedAt = new Date(now()).toISOString();
  let plan: Plan | undefined;
  const record = (exit: number, outcome: Outcome | undefined) => {
    const document = {
      version,
      kind: "run",
      ...snapshot,
      project: plan?.project ?? null,
      plan: plan?.digest ?? null,
      startedAt,
      endedAt: new Date(now()).toISOString(),
      exit,
      total: outcome?.total ?? null,
      manifests: outcome?.manifests ?? [],
      queues: outcome?.queues ?? [],
    };
    write(`${toPrintableJson(document, 2)}\n`);
  };
  return {
    ...reporter,
    onPlan(made) {
      plan = made;
      reporter.onPlan(made);
    },
    onEnd(outcome) {
      reporter.onEnd(outcome);
      record(outcome.exit, outcome);
    },
    onEnded(exit) {
      reporter.onEnded(exit);
      record(exit, undefined);
    },
  };
}
