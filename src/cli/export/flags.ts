export interface ExportFlags {
  readonly out: string;
  readonly take?: true;
  readonly to?: string;
  readonly stack?: string;
  readonly limit?: number;
  readonly filter: readonly string[];
  readonly since?: string;
  readonly metadata?: true;
  /** Seconds. */
  readonly visibilityTimeout: number;
}
