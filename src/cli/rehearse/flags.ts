export const rehearseFormats = ["text", "json", "github", "markdown", "junit"] as const;
export type RehearseFormat = (typeof rehearseFormats)[number];

export interface RehearseFlags {
  readonly stack?: string;
  /** Values of `--worker`. */
  readonly worker: readonly string[];
  /** Values of `--wrangler-dev`: `QUEUE` or `QUEUE=NAME`. */
  readonly wranglerDev: readonly string[];
  readonly config?: string;
  readonly env?: string;
  readonly all?: boolean;
  /** False if Pulumi must not run the program. */
  readonly preview: boolean;
  /** Maximum number of messages per manifest. */
  readonly sample?: number;
  readonly seed: number;
  readonly secrets?: string;
  readonly allowNetwork?: boolean;
  /** Time limit of the whole rehearsal in seconds. */
  readonly timeout: number;
  /** Time limit of one call of a handler in seconds. */
  readonly handlerTimeout: number;
  readonly format: RehearseFormat;
  /** A file with a plan in Markdown, to which the section is appended. */
  readonly append?: string;
}
