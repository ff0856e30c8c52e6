import { appendFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { styleText } from "node:util";
import { type Facts, pulumiFinder, readFacts, stackName } from "../deployment/facts.ts";
import type { PlanFlags, PlanFormat } from "../plan.ts";
import { toGithub } from "../validate/formats.ts";
import { toText } from "../validate/text.ts";
import { planAnnotations } from "./github.ts";
import { jsonText, planJson } from "./json.ts";
import { makePlan } from "./make.ts";
import { planMarkdown } from "./markdown.ts";
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
  const facts = await readFacts(root, await stackName(flags.stack, find), find);
  if (!tellProblems(facts, flags.format)) return 1;
  const { plan } = await makePlan(facts, env);
  write(plan, flags.format, env);
  if (flags.out !== undefined) writeFileSync(resolve(root, flags.out), jsonText(planJson(plan)));
  if (isRefused(plan)) return 1;
  return flags.detailedExitcode && hasChanges(plan) ? 2 : 0;
}

/** Says what is wrong with the manifests. @returns whether they can be deployed */
export function tellProblems({ root, loaded }: Pick<Facts, "root" | "loaded">, format?: PlanFormat): boolean {
  const sound = loaded.problems.every(({ severity }) => severity === "warning");
  if (format === "github") process.stdout.write(toGithub(loaded));
  else if (loaded.problems.length > 0) process.stderr.write(toText(root, loaded));
  if (!sound) process.stderr.write("Nothing can be planned before the errors are gone.\n");
  return sound;
}

function write(plan: Plan, format: PlanFormat, env: NodeJS.ProcessEnv): void {
  switch (format) {
    case "text":
      process.stdout.write(planText(plan, painter(process.stdout)));
      break;
    case "json":
      process.stdout.write(jsonText(planJson(plan)));
      break;
    case "markdown":
      process.stdout.write(planMarkdown(plan));
      break;
    case "github":
      if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, planMarkdown(plan));
      process.stdout.write(planAnnotations(plan));
      break;
  }
}

/** Colours where the stream is a terminal, unless NO_COLOR says otherwise. */
export function painter(stream: NodeJS.WriteStream): Paint {
  return (what, text) => styleText(what, text, { stream });
}
