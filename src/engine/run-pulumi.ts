import type { EngineEvent, LocalWorkspaceOptions } from "@pulumi/pulumi/automation/index.js";
import type { Pulumi } from "./pulumi.ts";
import { EngineFailedError, replaceUp } from "./pulumi-internals/automation-command.ts";
import { type LockHolder, parseLockHolder } from "./stack-lock.ts";

export type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

export interface EngineRun {
  readonly root: string;
  readonly stack: string;
  readonly pulumi: Pulumi;
  /** Added to the environment of Pulumi, and therefore of the program and the provider. */
  readonly env: Readonly<Record<string, string>>;
  /** URNs of the resources that the run may change, undefined for all. */
  readonly targets?: readonly string[];
  /** The run's message in Pulumi's history; by default the subject of the commit. */
  readonly message?: string;
  readonly onEvent: (event: EngineEvent) => void;
  /** Aborted to end the run: Pulumi is interrupted once, and saves what was pushed. */
  readonly stop: AbortSignal;
}

export type EngineResult =
  | { readonly kind: "ok" }
  | { readonly kind: "locked"; readonly holder: LockHolder }
  /** `text`: the stderr output of Pulumi. */
  | { readonly kind: "failed"; readonly text: string };

/** Runs `pulumi up` through the Automation API, without a preview, since the plan has replaced it. */
export async function runPulumi({
  root,
  stack,
  pulumi,
  env,
  targets,
  message,
  onEvent,
  stop,
}: EngineRun): Promise<EngineResult> {
  // Imported on demand, since it takes most of a second.
  const { LocalWorkspace, PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
  process.env.PATH = pulumi.env.PATH;
  const { no_grpc_proxy = "" } = pulumi.env;
  const command = await PulumiCommand.get();
  let stderr = "";
  replaceUp(command, pulumi.engine.pulumi, stop, (text) => {
    stderr += text;
  });
  const options: LocalWorkspaceOptions = {
    pulumiCommand: command,
    envVars: { ...env, no_grpc_proxy, PULUMI_SKIP_UPDATE_CHECK: "true" },
  };
  const workspace = await LocalWorkspace.selectStack({ stackName: stack, workDir: root }, options);
  try {
    const target = targets === undefined ? {} : { target: [...targets] };
    const described = message === undefined ? {} : { message };
    await workspace.up({
      ...target,
      ...described,
      onEvent,
      color: "never",
      suppressOutputs: true,
      userAgent: "queue-seeder",
    });
    return { kind: "ok" };
  } catch (error) {
    if (!(error instanceof EngineFailedError)) throw error;
    const holder = parseLockHolder(stderr);
    return holder === undefined ? { kind: "failed", text: stderr } : { kind: "locked", holder };
  }
}
