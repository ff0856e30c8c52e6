import { toPrintableJson } from "../../printable.ts";
import type { Outcome } from "../shared/outcome.ts";
import type { Plan } from "../shared/plan/model.ts";
import type { Reporter } from "./reporter.ts";

/** Incremented when an existing key changes its meaning; docs/schemas/run.schema.json describes every key. */
const version = 1;

/** Facts about the run that are not in its plan or outcome. */
export interface RunInfo {
  readonly stack: string;
  /** Name of the user who deploys; null if it is unknown or must not be recorded. */
  readonly by: string | null;
  /** Commit of the repository; null if there is none. */
  readonly commit: string | null;
}

/**
 * Wraps a reporter and, when the run has ended, also writes one JSON document about it, to be archived or used by a later step of
 * a pipeline.
 *
 * @param write called once with the text of the document
 * @param now returns milliseconds since the Unix epoch
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
