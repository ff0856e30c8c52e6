import { resolve } from "node:path";
import { folderInCheckout } from "../shared/ci-checkout.ts";
import { createPulumiFinder, loadStackSnapshot, resolveStackName } from "../shared/deployment/stack-snapshot.ts";
import { appendJobSummary } from "../shared/job-summary.ts";
import { writeOutput } from "../shared/output.ts";
import { createPainter } from "../shared/paint.ts";
import { jsonText, planJson } from "../shared/plan/json.ts";
import { makePlan } from "../shared/plan/make-plan.ts";
import { hasChanges, isRefused, type Plan } from "../shared/plan/model.ts";
import { planText } from "../shared/plan/text.ts";
import { printProblems } from "../shared/problems/print-problems.ts";
import type { PlanFlags, PlanFormat } from "./flags.ts";
import { planAnnotations } from "./github.ts";
import { noPlanMarkdown, planMarkdown } from "./markdown.ts";

/**
 * Makes the plan of a stack and writes it in the requested format.
 *
 * @returns the exit code
 * @throws UsageError, LedgerError
 */
export async function runPlan(root: string, flags: PlanFlags, env: NodeJS.ProcessEnv): Promise<number> {
  const find = createPulumiFinder(root, env);
  const snapshot = await loadStackSnapshot(root, await resolveStackName(flags.stack, find), find, {
    preview: flags.preview,
  });
  if (!printProblems(snapshot, flags.format)) {
    const text = noPlanMarkdown({ project: snapshot.config.project, stack: snapshot.stack.short }, snapshot.loaded);
    if (flags.format === "markdown" || flags.format === "github") writeMarkdown(text, flags.format, env);
    return 1;
  }
  const plan = await makePlan(snapshot, env);
  write(root, plan, flags.format, env);
  if (flags.out !== undefined) writeOutput(resolve(root, flags.out), jsonText(planJson(plan)));
  if (isRefused(plan)) return 1;
  return flags.detailedExitcode && hasChanges(plan) ? 2 : 0;
}

function write(root: string, plan: Plan, format: PlanFormat, env: NodeJS.ProcessEnv): void {
  switch (format) {
    case "text":
      process.stdout.write(planText(plan, createPainter(process.stdout)));
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

/** Writes `markdown` to stdout, and `github` to the job summary, because there stdout contains the annotations. */
function writeMarkdown(text: string, format: "markdown" | "github", env: NodeJS.ProcessEnv): void {
  if (format === "markdown") process.stdout.write(text);
  else appendJobSummary(text, env);
}
