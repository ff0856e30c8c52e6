import { appendFileSync } from "node:fs";

/** Appends Markdown to the summary of the job, if it runs on GitHub Actions. */
export function appendJobSummary(markdown: string, env: NodeJS.ProcessEnv): void {
  if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, markdown);
}
