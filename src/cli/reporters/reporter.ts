import type { LockHolder } from "../../engine/stack-lock.ts";
import type { RunEvent } from "../../lifecycle/protocol/events.ts";
import type { Outcome } from "../shared/outcome.ts";
import type { Plan } from "../shared/plan/model.ts";
import type { ProgressState } from "./progress.ts";

/** Something that the engine, the program or the provider says. */
export interface LogLine {
  readonly severity: "info" | "warning" | "error";
  readonly text: string;
  /** What is wrong, as a code of docs/problems.md; undefined: it has none. */
  readonly code?: string | undefined;
  /** What the provider reported; undefined: it is Pulumi's, or the program's. */
  readonly event?: RunEvent | undefined;
  /** The resource's name; undefined: it is about none. */
  readonly resource: string | undefined;
}

/** What a run waits for. */
export interface WaitStatus {
  /** A clause. */
  readonly reason: string;
  /** When it is over at the latest, in milliseconds of the wall clock; undefined: nothing says it. */
  readonly until: number | undefined;
  /** The resource's name; undefined: the whole run waits. */
  readonly resource: string | undefined;
}

/** Tells of a run while it goes on: to people, or to programs. */
export interface Reporter {
  onPlan(plan: Plan): void;
  /** `waiting`: seconds at the most; undefined: as long as it takes; "no": the run ends. */
  onLocked(holder: LockHolder, waiting: number | undefined | "no"): void;
  onStart(): void;
  onProgress(state: ProgressState): void;
  /** Nothing goes on until something is over; told again and again meanwhile. */
  onWait(wait: WaitStatus): void;
  onLog(said: LogLine): void;
  /** A resource that is not the seeder's own was changed. */
  onChange(what: string, resource: string): void;
  onStopping(): void;
  /** Why a run did not begin, or what else a person should know. */
  onNote(text: string): void;
  onEnd(outcome: Outcome): void;
  /** The run did not come to the engine. */
  onEnded(exit: number): void;
}
