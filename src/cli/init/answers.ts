import { basename } from "node:path";
import type { PushTransport } from "../../types.ts";
import type { NamedQueue } from "../shared/options.ts";
import type { InitFlags, Pipeline } from "./flags.ts";

/** The answers that the files are generated from. */
export interface Answers {
  readonly name: string;
  readonly stack: string;
  readonly queues: readonly NamedQueue[];
  /** Cloudflare account id; undefined if it comes from the environment (CLOUDFLARE_ACCOUNT_ID). */
  readonly account: string | undefined;
  readonly transport: PushTransport;
  readonly ci: Pipeline;
}

/** Returns the default answers. @param folder absolute path of the project; its last part becomes the project's name */
export function defaultAnswers(folder: string): Answers {
  // Pulumi restricts the characters of a project name.
  const name = basename(folder)
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 100);
  return {
    name: name || "seeding",
    stack: "dev",
    queues: [{ name: "orders" }],
    account: undefined,
    transport: "rest",
    ci: "none",
  };
}

/** Returns the answers given as flags, without defaults. */
export function answersFromFlags({ name, stack, queue, account, transport, ci }: InitFlags): Partial<Answers> {
  return {
    ...(name !== undefined && { name }),
    ...(stack !== undefined && { stack }),
    ...(queue.length > 0 && { queues: queue }),
    ...(account !== undefined && { account }),
    ...(transport !== undefined && { transport }),
    ...(ci !== undefined && { ci }),
  };
}
