import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../manifest/support/fixture.ts";
import type { GithubApi } from "./github-api.ts";
import { type RanStep, readWorkflow, runWorkflow, type Step } from "./workflow.ts";

const pages = join(import.meta.dirname, "../../../docs/pipelines/github");

export interface Situation {
  /** Texts by name, in the step's working folder. */
  readonly files?: Readonly<Record<string, string>>;
  /** Values of the `github` context, in addition to the defaults. */
  readonly github?: Readonly<Record<string, unknown>>;
  /** Steps to run before. */
  readonly before?: readonly Step[];
}

/** Runs one step of a workflow file, by its name, against a local API. */
export async function runStep(
  api: GithubApi,
  [file, job, name]: readonly [file: string, job: string, name: string],
  { files = {}, github = {}, before = [] }: Situation,
): Promise<RanStep> {
  using folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder.path, path), text);
  const workflow = readWorkflow(join(pages, file));
  const step = workflow.jobs[job]?.steps.find((each) => each.name === name);
  if (step === undefined) throw new Error(`${file} has no step "${name}"`);
  const { alone } = await runWorkflow(
    { ...workflow, jobs: { alone: { defaults: { run: { shell: "bash" } }, steps: [...before, step] } } },
    {
      workspace: folder.path,
      env: { PATH: process.env.PATH ?? "" },
      stores: { folder: folder.path, caches: [] },
      apiUrl: api.url,
      contexts: {
        github: {
          repository: "shop/seeds",
          server_url: "https://github.example",
          run_id: "42",
          token: api.token,
          ...github,
        },
        secrets: {},
        vars: {},
        inputs: { stack: "dev" },
      },
    },
  );
  const found = alone?.steps.find((each) => each.name === name);
  if (found === undefined) throw new Error(`The step "${name}" did not run`);
  return found;
}
