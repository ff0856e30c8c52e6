import { appendFileSync } from "node:fs";
import { resolve } from "node:path";
import { styleText } from "node:util";
import { folderInCheckout, inCheckout } from "../checkout.ts";
import { type Facts, pulumiFinder, readFacts, stackName } from "../deployment/facts.ts";
import { writeOutput } from "../output.ts";
import type { PlanFlags, PlanFormat } from "../plan.ts";
import { toGithub } from "../validate/formats.ts";
import { toText } from "../validate/text.ts";
import { planAnnotations } from "./github.ts";
import { jsonText, planJson } from "./json.ts";
import { makePlan } from "./make.ts";
import { noPlanMarkdown, planMarkdown } from "./markdown.ts";
import { hasChanges, isRefused, type Plan } from "./model.ts";
import { type Paint, planText } from "./text.ts";

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

/** Says what is wrong with the manifests. @returns whether they can be deployed */
export function tellProblems({ root, loaded }: Pick<Facts, "root" | "loaded">, format?: PlanFormat): boolean {
  const sound = loaded.problems.every(({ severity }) => severity === "warning");
  if (format === "github") process.stdout.write(toGithub(inCheckout(root, loaded)));
  else if (loaded.problems.length > 0) process.stderr.write(toText(root, loaded));
  if (!sound) process.stderr.write("Nothing can be planned before the errors are gone.\n");
  return sound;
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

/** Colours where the stream is a terminal, unless NO_COLOR says otherwise. */
export function painter(stream: NodeJS.WriteStream): Paint {
  return (what, text) => styleText(what, text, { stream });
}
