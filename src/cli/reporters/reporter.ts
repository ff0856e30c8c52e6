import type { LockHolder } from "../../engine/stack-lock.ts";
import type { RunEvent } from "../../lifecycle/protocol/events.ts";
import type { Outcome } from "../shared/outcome.ts";
import type { Plan } from "../shared/plan/model.ts";
import type { ProgressState } from "./progress.ts";

/** A message logged by Pulumi, the program or the provider. */
export interface LogLine {
  readonly severity: "info" | "warning" | "error";
  readonly text: string;
  /** Code of the problem in docs/problems.md; undefined if it has none. */
  readonly code?: string | undefined;
  /** The provider's event; undefined if the message comes from Pulumi or the program. */
  readonly event?: RunEvent | undefined;
  /** The resource's name; undefined if the message does not refer to a resource. */
  readonly resource: string | undefined;
}

/** What a run is waiting for. */
export interface WaitStatus {
  /** A clause without a full stop. */
  readonly reason: string;
  /** Latest end of the wait in milliseconds since the Unix epoch; undefined if unknown. */
  readonly until: number | undefined;
  /** The resource's name; undefined if the whole run waits. */
  readonly resource: string | undefined;
}

/** Reports the course of a run, as text or as data. */
export interface Reporter {
  onPlan(plan: Plan): void;
  /** `waiting`: maximum wait in seconds; undefined if unlimited; "no" if the run ends instead. */
  onLocked(holder: LockHolder, waiting: number | undefined | "no"): void;
  onStart(): void;
  onProgress(state: ProgressState): void;
  /** Called repeatedly while the run or a resource waits. */
  onWait(wait: WaitStatus): void;
  onLog(line: LogLine): void;
  /** Called when a resource was changed that is not one of queue-seeder's own, such as a queue. */
  onChange(what: string, resource: string): void;
  onStopping(): void;
  /** Reports why a run did not begin, or any other note for the user. */
  onNote(text: string): void;
  onEnd(outcome: Outcome): void;
  /** Called instead of `onEnd` if the run ended without an outcome, for example because the plan was refused. */
  onEnded(exit: number): void;
}
