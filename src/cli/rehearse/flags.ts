export const rehearseFormats = ["text", "json", "github", "markdown", "junit"] as const;
export type RehearseFormat = (typeof rehearseFormats)[number];

export interface RehearseFlags {
  readonly stack?: string;
  /** Lines as `--worker` takes them. */
  readonly worker: readonly string[];
  /** Names of queues. */
  readonly wranglerDev: readonly string[];
  readonly config?: string;
  readonly env?: string;
  readonly all?: boolean;
  /** False: Pulumi does not run the program. */
  readonly preview: boolean;
  /** Messages of each manifest. */
  readonly sample?: number;
  readonly seed: number;
  readonly secrets?: string;
  readonly allowNetwork?: boolean;
  /** Seconds for the whole rehearsal. */
  readonly timeout: number;
  /** Seconds for one call of a handler. */
  readonly handlerTimeout: number;
  readonly format: RehearseFormat;
  /** A file with a plan as Markdown, which gets the section too. */
  readonly append?: string;
}
