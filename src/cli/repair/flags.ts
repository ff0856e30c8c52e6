export interface RepairFlags {
  readonly stack?: string;
  readonly yes?: boolean;
}
