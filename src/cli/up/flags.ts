import { InvalidArgumentError } from "commander";

export interface UpFlags {
  readonly stack?: string;
  readonly yes?: boolean;
  /** A plan's file, or its digest. */
  readonly expect?: string;
  /** true: as long as it takes. */
  readonly wait?: number | true;
  readonly json?: boolean;
  /** Where to record the run. */
  readonly runFile?: string;
  /** Names of queues that may go, with what is in them. */
  readonly deleteQueue: readonly string[];
}

export function seconds(value: string): number {
  if (/^\d{1,6}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("Give whole seconds.");
}
