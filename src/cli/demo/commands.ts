import { fileURLToPath } from "node:url";
import type { Emulator } from "../../emulator/index.ts";
import { type ProcessResult, spawnProcess } from "../../engine/child-process.ts";
import type { Engine } from "../../engine/find-engine.ts";
import { engineEnvironment } from "../../engine/pulumi.ts";
import type { Sandbox } from "./sandbox.ts";

/** Runs the Pulumi CLI and queue-seeder in the sandbox, without a terminal and without colours. */
export interface Commands {
  pulumi(args: readonly string[]): Promise<ProcessResult>;
  seeder(args: readonly string[]): Promise<ProcessResult>;
}

export interface CommandOptions {
  readonly engine: Engine;
  readonly sandbox: Sandbox;
  readonly emulator: Emulator;
  readonly env: NodeJS.ProcessEnv;
  /** Stops the running command when aborted. */
  readonly signal: AbortSignal;
}

const main = fileURLToPath(new URL("../main.mjs", import.meta.url));

export function createCommands({ engine, sandbox, emulator, env, signal }: CommandOptions): Commands {
  // Keeps the user's credentials and accounts out of the demo, and colours out of the output that it displays.
  const kept = Object.entries(env).filter(
    ([name]) => !/^(?:CLOUDFLARE_|QUEUE_SEEDER_|PULUMI_(?!HOME$)|FORCE_COLOR$)/.test(name),
  );
  const own = {
    ...engineEnvironment(engine, { ...Object.fromEntries(kept), ...sandbox.env }),
    CLOUDFLARE_BASE_URL: emulator.baseUrl,
    CLOUDFLARE_API_TOKEN: emulator.token,
  };
  const run = (file: string, args: readonly string[]) =>
    spawnProcess(file, args, { cwd: sandbox.folder, env: own, signal }).done;
  return {
    pulumi: (args) => run(engine.pulumi, [...args, "--non-interactive", "--color", "never"]),
    seeder: (args) => run(process.execPath, [main, ...args]),
  };
}
