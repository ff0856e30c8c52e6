export const statusFormats = ["text", "json", "prometheus"] as const;
export type StatusFormat = (typeof statusFormats)[number];

export interface StatusFlags {
  readonly stack?: string;
  readonly format: StatusFormat;
  /** Whether the exit code reports what is pending or in doubt. */
  readonly exitCode?: boolean;
}
