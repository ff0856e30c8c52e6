import { appendFileSync } from "node:fs";
import { resolve } from "node:path";
import { folderInCheckout } from "../shared/checkout.ts";
import { pulumiFinder, readFacts, stackName } from "../shared/deployment/facts.ts";
import { writeOutput } from "../shared/output.ts";
import { painter } from "../shared/paint.ts";
import { jsonText, planJson } from "../shared/plan/json.ts";
import { makePlan } from "../shared/plan/make.ts";
import { hasChanges, isRefused, type Plan } from "../shared/plan/model.ts";
import { planText } from "../shared/plan/text.ts";
import { tellProblems } from "../shared/problems/tell.ts";
import type { PlanFlags, PlanFormat } from "./flags.ts";
import { planAnnotations } from "./github.ts";
import { noPlanMarkdown, planMarkdown } from "./markdown.ts";

/**
 * Makes the plan of a stack and writes it.
 *
 * @returns the exit code
 * @throws UsageError, LedgerError
 */
export async function runPlan(root: string, flags: PlanFlags, env: NodeJS.ProcessEnv): Promise<number> {
  const find = pulumiFinder(root, env);
  const facts = await readFacts(root, await stackName(flags.stack, find), find, { preview: flags.preview });
  if (!tellProblems(facts, flags.format)) {
    const text = noPlanMarkdown({ project: facts.config.project, stack: facts.stack.short }, facts.loaded);
    if (flags.format === "markdown" || flags.format === "github") writeMarkdown(text, flags.format, env);
    return 1;
  }
  const plan = await makePlan(facts, env);
  write(root, plan, flags.format, env);
  if (flags.out !== undefined) writeOutput(resolve(root, flags.out), jsonText(planJson(plan)));
  if (isRefused(plan)) return 1;
  return flags.detailedExitcode && hasChanges(plan) ? 2 : 0;
}

function write(root: string, plan: Plan, format: PlanFormat, env: NodeJS.ProcessEnv): void {
  switch (format) {
    case "text":
      process.stdout.write(planText(plan, painter(process.stdout)));
      break;
    case "json":
      process.stdout.write(jsonText(planJson(plan)));
      break;
    case "markdown":
      writeMarkdown(planMarkdown(plan), format, env);
      break;
    case "github":
      writeMarkdown(planMarkdown(plan), format, env);
      process.stdout.write(planAnnotations(plan, folderInCheckout(root, env)));
      break;
  }
}

/** For a comment it goes to stdout; in a workflow, where annotations go there, it is the job's summary. */
function writeMarkdown(text: string, format: "markdown" | "github", env: NodeJS.ProcessEnv): void {
  if (format === "markdown") process.stdout.write(text);
  else if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, text);
}
