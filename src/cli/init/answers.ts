import { basename } from "node:path";
import type { NamedQueue } from "../shared/options.ts";
import type { InitFlags, Pipeline } from "./flags.ts";

/** Everything that the files are made from. */
export interface Answers {
  readonly name: string;
  readonly stack: string;
  readonly queues: readonly NamedQueue[];
  /** undefined: the environment has it. */
  readonly account: string | undefined;
  readonly ci: Pipeline;
}

/** @param folder absolute path of the project, which names it */
export function defaultAnswers(folder: string): Answers {
  // A folder may have any name; a project may not.
  const name = basename(folder)
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 100);
  return { name: name || "seeding", stack: "dev", queues: [{ name: "orders" }], account: undefined, ci: "none" };
}

/** What flags say, and nothing else. */
export function answersFromFlags({ name, stack, queue, account, ci }: InitFlags): Partial<Answers> {
  return {
    ...(name !== undefined && { name }),
    ...(stack !== undefined && { stack }),
    ...(queue.length > 0 && { queues: queue }),
    ...(account !== undefined && { account }),
    ...(ci !== undefined && { ci }),
  };
}
