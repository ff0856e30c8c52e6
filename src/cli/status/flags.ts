export interface StatusFlags {
  readonly stack?: string;
  readonly json?: boolean;
  /** Whether the exit code reports what is pending or in doubt. */
  readonly exitCode?: boolean;
}
