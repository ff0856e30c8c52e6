import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { styleText } from "node:util";
import { type Emulator, startEmulator } from "../../emulator/index.ts";
import { type ProcessResult, spawnProcess } from "../../engine/child-process.ts";
import type { Engine } from "../../engine/find-engine.ts";
import { withLoopbackDirect } from "../../engine/loopback.ts";
import { findPulumi } from "../../engine/pulumi.ts";
import { formatDiagnostic, loadManifests } from "../../manifest/index.ts";
import { toPrintable, toPrintableJson } from "../../printable.ts";
import { UsageError } from "../../usage-error.ts";
import { withDisposable } from "../../with-disposable.ts";
import { createDemoConfig } from "./demo-config.ts";
import { createSandbox, readConfig, type Sandbox } from "./sandbox.ts";

/** Maximum number of messages shown per queue. */
const shown = 3;

/**
 * Deploys the project of a folder to an emulator, twice.
 *
 * @returns the exit code
 * @throws UsageError if there is no project
 */
export async function demo(project: string, stack: string, env: NodeJS.ProcessEnv): Promise<number> {
  if (!existsSync(join(project, "Pulumi.yaml"))) {
    throw new UsageError(
      "there is no Pulumi.yaml here. Run this in the root of a project; `queue-seeder init` makes one.",
    );
  }
  const queues = await listQueues(project, stack);
  const { engine } = await findPulumi(project, env);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  return withDisposable(
    await startEmulator({ queues: queues.map((name) => ({ name })), rateLimit: false }),
    (emulator) =>
      withDisposable(createSandbox(project), (sandbox) =>
        runDemo({ project, stack, queues, context: { engine, sandbox, emulator, env, signal: stop.signal } }),
      ),
  );
}

interface DemoRun {
  readonly project: string;
  readonly stack: string;
  readonly queues: readonly string[];
  readonly context: DemoContext;
}

/** @returns the exit code */
async function runDemo({ project, stack, queues, context }: DemoRun): Promise<number> {
  const { emulator, sandbox, signal } = context;
  const run = createRunner(context);
  const ids = Object.fromEntries(queues.map((name) => [name, emulator.queueId(name)]));
  const { plain, secret } = createDemoConfig(readConfig(project, stack), emulator.accountId, ids);

  say(`An emulator of the Cloudflare Queues API has the queues ${queues.join(", ")}.`);
  let ok = await run(["stack", "init", stack, "--no-select"]);
  const secrets = Object.entries(secret).flatMap(([key, value]) => ["--secret", `${key}=${value}`]);
  if (ok && secrets.length > 0) ok = await run(["config", "set-all", "--stack", stack, ...secrets]);
  sandbox.configure(stack, plain);
  for (const [number, what] of ["first", "second"].entries()) {
    if (!ok || signal.aborted) break;
    say(`The ${what} deployment, as the stack ${stack}:`);
    const before = accepted(emulator);
    ok = await run(["up", "--stack", stack, "--yes", "--skip-preview", "--suppress-outputs"], { show: number === 0 });
    if (ok) done(`${accepted(emulator) - before} messages were pushed.`);
  }
  if (signal.aborted) return 130;
  if (!ok) return 1;
  say("What is in the queues now:");
  for (const name of queues) process.stderr.write(queueText(emulator, name));
  return 0;
}

/** Lists the queues that the stack's manifests push to. @throws UsageError if there are none; Error if a manifest is invalid */
async function listQueues(project: string, stack: string): Promise<readonly string[]> {
  const { manifests, problems } = await loadManifests({ root: project, stack });
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    throw new Error(
      `${errors.map(formatDiagnostic).join("\n")}\nNothing was deployed. \`queue-seeder validate\` shows the lines.`,
    );
  }
  const queues = [...new Set(manifests.map(({ queue }) => queue))].sort();
  if (queues.length > 0) return queues;
  throw new UsageError(`no manifest under messages/ is for the stack ${stack}. Name another with --stack.`);
}

interface DemoContext {
  readonly engine: Engine;
  readonly sandbox: Sandbox;
  readonly emulator: Emulator;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Returns a function that runs Pulumi. Its output is shown with `show`, and whenever it fails. */
function createRunner({ engine, sandbox, emulator, env, signal }: DemoContext) {
  // Keeps the user's credentials and accounts out of the demo.
  const kept = Object.entries(env).filter(([name]) => !/^(?:CLOUDFLARE_|QUEUE_SEEDER_|PULUMI_(?!HOME$))/.test(name));
  const own = {
    ...Object.fromEntries(kept),
    ...sandbox.env,
    PATH: [dirname(process.execPath), engine.binDir, env.PATH ?? ""].join(delimiter),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...withLoopbackDirect(env),
    CLOUDFLARE_BASE_URL: emulator.baseUrl,
    CLOUDFLARE_API_TOKEN: emulator.token,
  };
  return async (args: readonly string[], { show = false } = {}): Promise<boolean> => {
    const all = [...args, "--non-interactive", "--color", "never"];
    const finished = await spawnProcess(engine.pulumi, all, { cwd: sandbox.folder, env: own, signal }).done;
    const failed = finished.code !== 0 && !signal.aborted;
    if (show || failed) process.stderr.write(summarizeOutput(finished));
    return finished.code === 0;
  };
}

/** Drops the progress lines that Pulumi repeats if it has no terminal. */
function summarizeOutput({ stdout, stderr }: ProcessResult): string {
  const lines = `${stdout}\n${stderr}`.split("\n");
  const logged = lines.filter((line) => !/^@|^\s*$|\b(?:creating|updating|running)\b.*\(\d+s\)/.test(line));
  return logged.map((line) => `${styleText("dim", `   ${toPrintable(line)}`, { stream: process.stderr })}\n`).join("");
}

function accepted(emulator: Emulator): number {
  return emulator.requests.reduce((sum, request) => sum + request.accepted, 0);
}

function queueText(emulator: Emulator, name: string): string {
  const messages = emulator.messages(name);
  const bodies = messages.slice(0, shown).map(({ body }) => `     ${toPrintableJson(body)}\n`);
  const more = messages.length > shown ? `     … and ${messages.length - shown} more\n` : "";
  return `   ${name}: ${messages.length}\n${bodies.join("")}${more}`;
}

function say(text: string): void {
  process.stderr.write(`\n${styleText("bold", text, { stream: process.stderr })}\n`);
}

function done(text: string): void {
  process.stderr.write(`   ${styleText("green", "✓", { stream: process.stderr })} ${text}\n`);
}
