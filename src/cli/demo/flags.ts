import type { PushTransport } from "../../types.ts";

export interface DemoFlags {
  readonly stack: string;
  readonly verbose?: boolean;
  readonly transport: PushTransport;
}
