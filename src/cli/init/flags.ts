import type { PushTransport } from "../../types.ts";
import type { NamedQueue } from "../shared/options.ts";

export const pipelines = ["github", "gitlab", "none"] as const;
export type Pipeline = (typeof pipelines)[number];

export interface InitFlags {
  readonly name?: string;
  readonly stack?: string;
  readonly queue: readonly NamedQueue[];
  readonly account?: string;
  readonly transport?: PushTransport;
  readonly ci?: Pipeline;
  readonly yes?: true;
  readonly force?: true;
}
