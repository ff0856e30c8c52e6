import type * as pulumi from "@pulumi/pulumi";
import { bindLifecycle } from "../../src/lifecycle/index.ts";
import { systemClock } from "../../src/push/clock.ts";
import { headCommit } from "../commit.ts";
import { variablesFrom } from "../variables.ts";
import { cancelSignal } from "./cancel.ts";
import { tellEngine } from "./engine.ts";

/**
 * The provider's process: binds the lifecycle to what is around it. The stub in the engine's state gets these functions by
 * name, through ./entry.ts.
 */
let config: Readonly<Record<string, string>> = {};

export function configure({ config: given }: pulumi.dynamic.ConfigureRequest): void {
  // The stack's whole configuration. The SDK's interface only looks single keys up; manifests may name any.
  config = Reflect.get(given, "rawConfig") ?? {};
}

export const { check, diff, create, update, read, remove } = bindLifecycle({
  cwd: process.cwd(),
  env: process.env,
  config: (key) => config[key],
  clock: systemClock,
  tell: tellEngine(process.argv[2] ?? ""),
  commit: () => headCommit(process.cwd()) ?? "",
  variables: (project, root) => variablesFrom({ project, root, config, env: process.env }),
  cancelled: cancelSignal(),
});
