export interface StatusFlags {
  readonly stack?: string;
  readonly json?: boolean;
}
