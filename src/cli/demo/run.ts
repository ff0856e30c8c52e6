import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { defaultWorkerName } from "../../config/worker-settings.ts";
import { defaults } from "../../emulator/defaults.ts";
import { startEmulator } from "../../emulator/index.ts";
import { findPulumi } from "../../engine/pulumi.ts";
import { formatDiagnostic, loadManifests } from "../../manifest/index.ts";
import { deriveKeyPair } from "../../producer/signing.ts";
import { UsageError } from "../../usage-error.ts";
import { withDisposable } from "../../with-disposable.ts";
import { createCommands } from "./commands.ts";
import { createDemoConfig } from "./demo-config.ts";
import type { DemoFlags } from "./flags.ts";
import { createSandbox, readConfig } from "./sandbox.ts";
import { createScript } from "./script.ts";
import { type DemoProject, playSteps } from "./steps.ts";

/**
 * Deploys a copy of the project in a folder to an emulator, step by step. Each step checks in the emulator what it pushed.
 *
 * @returns the exit code
 * @throws UsageError if there is no project
 */
export async function demo(
  root: string,
  { stack, verbose, transport }: DemoFlags,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  if (!existsSync(join(root, "Pulumi.yaml"))) {
    throw new UsageError(
      "there is no Pulumi.yaml here. Run this in the root of a project; `queue-seeder init` creates one.",
    );
  }
  const project = await readProject(root, stack);
  const { queues } = project;
  const { engine } = await findPulumi(root, env);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const workerKey = transport === "worker" ? randomBytes(32).toString("base64") : undefined;
  return withDisposable(
    await startEmulator({
      queues: queues.map((name) => ({ name })),
      rateLimit: false,
      ...(workerKey !== undefined && {
        producer: { publicKey: deriveKeyPair(workerKey, defaults.account, defaultWorkerName).publicKey },
      }),
    }),
    (emulator) =>
      withDisposable(createSandbox(root), async (sandbox) => {
        const script = createScript({ verbose: verbose === true });
        const commands = createCommands({ engine, sandbox, emulator, env, signal: stop.signal });
        const ids = Object.fromEntries(queues.map((name) => [name, emulator.queueId(name)]));
        const url = emulator.producer?.url;
        const worker = url === undefined || workerKey === undefined ? undefined : { url, key: workerKey };
        const config = createDemoConfig(readConfig(root, stack), emulator.accountId, ids, worker);
        const ok = await playSteps({ project, config, emulator, sandbox, commands, script });
        if (stop.signal.aborted) return 130;
        return ok ? 0 : 1;
      }),
  );
}

/** Reads the stack's manifests. @throws UsageError if there are none; Error if a manifest is invalid */
async function readProject(root: string, stack: string): Promise<DemoProject> {
  const { manifests, problems } = await loadManifests({ root, stack });
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    throw new Error(
      `${errors.map(formatDiagnostic).join("\n")}\nNothing was deployed. \`queue-seeder validate\` shows the lines.`,
    );
  }
  const queues = [...new Set(manifests.map(({ queue }) => queue))].sort();
  if (queues.length === 0) {
    throw new UsageError(`no manifest under messages/ is for the stack ${stack}. Name another with --stack.`);
  }
  return { stack, queues, pushesAgain: manifests.some(({ push }) => push === "every_deploy") };
}
