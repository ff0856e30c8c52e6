import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { spawnProcess } from "../../../src/engine/child-process.ts";
import { actions, type Stores } from "./actions.ts";
import { type Contexts, fill, holds, type Status } from "./expressions.ts";

type Strings = Readonly<Record<string, string>>;

export interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly env?: Strings;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface Job {
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly env?: Strings;
  readonly defaults?: { readonly run?: { readonly "working-directory"?: string; readonly shell?: string } };
  readonly outputs?: Strings;
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly on?: {
    readonly workflow_call?: { readonly inputs?: Readonly<Record<string, { readonly default?: unknown }>> };
  };
  readonly env?: Strings;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** The machine that a job runs on. */
export interface Runner {
  /** Absolute path of the checkout. */
  readonly workspace: string;
  /** Environment of the runner's processes, in addition to GitHub's own variables. */
  readonly env: Strings;
  readonly stores: Stores;
  readonly apiUrl: string;
  /** `github`, `secrets`, `vars`, `inputs`. As on GitHub, an unset value is "". */
  readonly contexts: Readonly<Record<"github" | "secrets" | "vars" | "inputs", Contexts>>;
}

export interface RanStep {
  readonly name: string;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Strings;
}

export interface RanJob {
  readonly result: "success" | "failure";
  /** The steps that ran, by `name` or `uses`. */
  readonly steps: readonly RanStep[];
  readonly outputs: Strings;
  /** The text that the job's steps wrote to its summary. */
  readonly summary: string;
}

export function readWorkflow(path: string): Workflow {
  return parse(readFileSync(path, "utf8"));
}

/** Runs the jobs of a workflow in order, one after another, if the jobs that they need succeeded. */
export async function runWorkflow(file: Workflow, given: Runner): Promise<Readonly<Record<string, RanJob>>> {
  const defaults = Object.entries(file.on?.workflow_call?.inputs ?? {}).map(([name, input]) => [name, input.default]);
  const inputs = { ...Object.fromEntries(defaults), ...given.contexts.inputs };
  const runner = { ...given, contexts: { ...given.contexts, inputs } };
  const workflow = { ...file, env: filled(file.env, runner.contexts, { failed: false }) };
  const ran: Record<string, RanJob> = {};
  for (const [name, job] of Object.entries(workflow.jobs)) {
    const needs = [job.needs ?? []].flat();
    const status = { failed: needs.some((each) => ran[each]?.result !== "success") };
    const contexts = { ...runner.contexts, needs: Object.fromEntries(needs.map((each) => [each, ran[each] ?? {}])) };
    if (holds(job.if, contexts, status)) ran[name] = await runJob(workflow, job, runner);
  }
  return ran;
}

async function runJob(workflow: Workflow, job: Job, runner: Runner): Promise<RanJob> {
  const ran: RanStep[] = [];
  const steps: Record<string, { outputs: Contexts; outcome: string }> = {};
  let failed = false;
  let summary = "";
  let path = runner.env.PATH ?? "";
  const base = { ...runner.contexts, env: { ...workflow.env } };
  const status = (): Status => ({ failed });
  const jobEnv = filled(job.env, base, status());
  for (const step of job.steps) {
    const contexts = { ...base, env: { ...base.env, ...jobEnv }, steps };
    if (!holds(step.if, contexts, status())) continue;
    const env = { PATH: path, ...contexts.env, ...filled(step.env, contexts, status()) };
    const name = step.name ?? step.run ?? step.uses ?? "";
    if (step.uses !== undefined) {
      const ok = use(step.uses, filled(step.with, contexts, status()), runner);
      ran.push({ name, code: ok ? 0 : 1, stdout: "", stderr: "", outputs: {} });
      if (!ok) failed = true;
      continue;
    }
    const { "working-directory": where = "", shell } = job.defaults?.run ?? {};
    // bash has pipefail only if the workflow names the shell; the default shell of a step does not have it.
    if (shell !== "bash") throw new Error(`${name}: the shell has to be bash, or a pipe that fails goes unnoticed`);
    const folder = fill(where, contexts, status());
    // It would contact a registry; the test has already installed the packages. install.integration.test.ts tests its script.
    if (name === "Install") {
      path = `${join(runner.workspace, folder, "node_modules/.bin")}:${runner.env.PATH}`;
      ran.push({ name, code: 0, stdout: "", stderr: "", outputs: {} });
      continue;
    }
    // Text from another user would become part of the script.
    if (step.run?.includes("${{")) throw new Error(`${name}: an expression in a script; pass it in the environment`);
    const { wrote, ...result } = await runScript(step.run ?? "", join(runner.workspace, folder), env, runner);
    ran.push({ name, ...result, outputs: wrote.outputs });
    summary += wrote.summary;
    const outcome = result.code === 0 ? "success" : "failure";
    if (step.id !== undefined) steps[step.id] = { outputs: wrote.outputs, outcome };
    if (result.code !== 0) failed = true;
  }
  const outputs = filled(job.outputs, { ...base, steps }, status());
  return { result: failed ? "failure" : "success", outputs, steps: ran, summary };
}

function use(action: string, given: Strings, { workspace, stores, contexts }: Runner): boolean {
  const play = actions[action.split("@")[0] ?? ""];
  if (play === undefined) throw new Error(`The test does not know what ${action} does`);
  return play({ workspace, stores, runId: String(contexts.github.run_id), with: given });
}

/** Runs a step's script as the runner does, with the files that it may write to. */
async function runScript(script: string, cwd: string, env: Strings, runner: Runner) {
  const own = mkdtempSync(join(tmpdir(), "step-"));
  const [output, summary] = ["output", "summary"].map((name) => join(own, name)) as [string, string];
  try {
    for (const file of [output, summary]) writeFileSync(file, "");
    const { github } = runner.contexts;
    const ofGithub = Object.fromEntries(
      Object.entries(github).flatMap(([key, value]) =>
        typeof value === "string" && key !== "token" ? [[`GITHUB_${key.toUpperCase()}`, value]] : [],
      ),
    );
    // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
    const { code, stdout, stderr } = await spawnProcess(
      "bash",
      ["--noprofile", "--norc", "-eo", "pipefail", "-c", script],
      {
        cwd,
        env: {
          ...runner.env,
          CI: "true",
          GITHUB_ACTIONS: "true",
          ...ofGithub,
          GITHUB_API_URL: runner.apiUrl,
          GITHUB_WORKSPACE: runner.workspace,
          GITHUB_OUTPUT: output,
          GITHUB_STEP_SUMMARY: summary,
          ...env,
        },
        timeoutMs: 150_000,
      },
    ).done;
    const lines = readFileSync(output, "utf8").split("\n").filter(Boolean);
    const outputs = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
    return { code, stdout, stderr, wrote: { outputs, summary: readFileSync(summary, "utf8") } };
  } finally {
    rmSync(own, { recursive: true });
  }
}

function filled(values: Readonly<Record<string, unknown>> = {}, contexts: Contexts, status: Status): Strings {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fill(String(value), contexts, status)]));
}
