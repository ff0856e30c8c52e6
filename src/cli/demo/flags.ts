export interface DemoFlags {
  readonly stack: string;
  readonly verbose?: boolean;
}
