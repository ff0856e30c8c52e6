import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type ProcessResult, spawnProcess } from "../../../src/engine/child-process.ts";

interface Job {
  readonly extends?: string;
  readonly before_script?: readonly string[];
  readonly script?: readonly string[];
  readonly artifacts?: { readonly paths?: readonly string[]; readonly reports?: Readonly<Record<string, string>> };
}

export interface GitlabRunner {
  /** Absolute path of the checkout. */
  readonly workspace: string;
  /** Environment of the job, with the project's variables, which override those of the file. */
  readonly env: Readonly<Record<string, string>>;
}

/** Runs a job's scripts as GitLab's runner does, and checks that its artifacts exist. */
export async function runGitlabJob(
  path: string,
  name: string,
  { workspace, env }: GitlabRunner,
): Promise<ProcessResult> {
  const pipeline = parse(readFileSync(path, "utf8"));
  const own: Job = pipeline[name];
  const job: Job = { ...(own.extends === undefined ? {} : pipeline[own.extends]), ...own };
  const variables: Record<string, string> = Object.fromEntries(
    Object.entries(pipeline.variables).map(([key, value]) => [
      key,
      String(value).replaceAll("$CI_PROJECT_DIR", workspace),
    ]),
  );
  // It would contact a registry; the test has already installed the packages.
  const lines = [...(job.before_script ?? []), ...(job.script ?? [])].map((line) =>
    line.startsWith("if has pnpm-lock.yaml") ? "true" : line,
  );
  const ran = await spawnProcess("bash", ["-eo", "pipefail", "-c", lines.join("\n")], {
    cwd: workspace,
    env: { CI: "true", GITLAB_CI: "true", CI_PROJECT_DIR: workspace, ...variables, ...env },
    timeoutMs: 150_000,
  }).done;
  const { paths = [], reports = {} } = job.artifacts ?? {};
  const missing = [...paths, ...Object.values(reports)].filter((file) => !existsSync(join(workspace, file)));
  if (missing.length > 0) throw new Error(`${name} left no ${missing.join(", ")}: ${ran.stderr}`);
  return ran;
}
