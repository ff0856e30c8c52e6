import type * as pulumi from "@pulumi/pulumi";
import { bindLifecycle } from "../../src/lifecycle/index.ts";
import { systemClock } from "../../src/push/index.ts";
import { headCommit } from "./commit.ts";
import { tellEngine } from "./engine.ts";

/**
 * The provider's process: binds the lifecycle to what is around it. The stub in the engine's state loads this module as
 * "queue-seeder/lifecycle" and calls these functions by name; see ./stub.ts.
 */
let config: pulumi.dynamic.Config | undefined;

export function configure(request: pulumi.dynamic.ConfigureRequest): void {
  config = request.config;
}

export const { check, diff, create, update, read, remove } = bindLifecycle({
  cwd: process.cwd(),
  env: process.env,
  config: (key) => config?.get(key),
  clock: systemClock,
  tell: tellEngine(process.argv[2] ?? ""),
  commit: () => headCommit(process.cwd()),
  cancelled: new AbortController().signal,
});
