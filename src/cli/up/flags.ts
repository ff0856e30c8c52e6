import { InvalidArgumentError } from "commander";

export const upFormats = ["text", "json"] as const;

export interface UpFlags {
  readonly stack?: string;
  readonly yes?: boolean;
  /** The reviewed plan: the path of its file, or its digest. */
  readonly expect?: string;
  /** Maximum seconds to wait for a locked stack; true for no limit. */
  readonly wait?: number | true;
  readonly format: (typeof upFormats)[number];
  /** Path of the JSON file for the result of the run. */
  readonly runFile?: string;
  /** Names of queues that may be deleted or replaced with their messages. */
  readonly deleteQueue: readonly string[];
}

export function seconds(value: string): number {
  if (/^\d{1,6}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("Give whole seconds.");
}
