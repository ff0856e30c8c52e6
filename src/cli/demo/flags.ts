export interface DemoFlags {
  readonly stack: string;
}
