export interface ExportFlags {
  readonly out: string;
  readonly take?: true;
  readonly to?: string;
  readonly stack?: string;
  readonly limit?: number;
  readonly filter: readonly string[];
  readonly since?: string;
  readonly metadata?: true;
  /** Seconds; undefined for the default of {@link visibilityMsOf}. */
  readonly visibilityTimeout?: number;
}

/** Default lease of pulled messages, in seconds. Messages that are not selected stay leased until all have been seen. */
const usualSeconds = { all: 60, selected: 600 } as const;

/** Returns the visibility timeout of pulled messages in milliseconds; 0 if nothing is leased. */
export function visibilityMsOf({ take, visibilityTimeout, filter, since }: ExportFlags): number {
  const usual = filter.length > 0 || since !== undefined ? usualSeconds.selected : usualSeconds.all;
  return take ? (visibilityTimeout ?? usual) * 1000 : 0;
}
