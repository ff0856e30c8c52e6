export const transports = ["rest", "worker"] as const;

export interface DemoFlags {
  readonly stack: string;
  readonly verbose?: boolean;
  readonly transport: (typeof transports)[number];
}
