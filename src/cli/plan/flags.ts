export const planFormats = ["text", "json", "markdown", "github"] as const;
export type PlanFormat = (typeof planFormats)[number];

export interface PlanFlags {
  readonly stack?: string;
  readonly format: PlanFormat;
  readonly detailedExitcode?: boolean;
  readonly out?: string;
  /** False if Pulumi must not run the program. */
  readonly preview: boolean;
}
