import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parsePage, repository } from "../../docs/support/pages.ts";

/** A shell script of a recipe, with the exit code that the platform continues with. */
export interface RecipeStep {
  readonly script: string;
  readonly code: number;
  readonly env?: Readonly<Record<string, string>>;
}

interface BuildkiteStep {
  readonly command?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly soft_fail?: readonly { readonly exit_status: number }[];
}

interface AtlantisStep {
  readonly run?: string;
  readonly env?: { readonly name: string; readonly value: string };
}

const page = parsePage("", readFileSync(join(repository, "docs/pipelines/other-platforms.md"), "utf8"));

/** Returns the scripts of each recipe of docs/pipelines/other-platforms.md, in the order in which its platform runs them. */
export const recipes: Readonly<
  Record<"Jenkins" | "Buildkite" | "Atlantis" | "Spacelift", () => readonly RecipeStep[]>
> = {
  Jenkins: () =>
    [...block("pipeline {").matchAll(/\bsh(?:\(script:)? '([^']+)'(, returnStatus: true)?/g)].map(
      ([, script = "", mayFail]) => ({ script, code: mayFail === undefined ? 0 : 2 }),
    ),
  Buildkite() {
    const { steps }: { steps: readonly BuildkiteStep[] } = parse(block(".buildkite/pipeline.yml"));
    return steps.flatMap(({ command, env, soft_fail: [accepted] = [] }) =>
      command === undefined ? [] : [{ script: command, code: accepted?.exit_status ?? 0, ...(env && { env }) }],
    );
  },
  Atlantis() {
    const { workflows } = parse(block("repos.yaml"));
    const { plan, apply }: Record<"plan" | "apply", { steps: readonly AtlantisStep[] }> = workflows["queue-seeder"];
    const steps = [...plan.steps, ...apply.steps];
    const env = Object.fromEntries(
      steps.flatMap((step) => (step.env === undefined ? [] : [[step.env.name, step.env.value]])),
    );
    return steps.flatMap(({ run }) => (run === undefined ? [] : [{ script: run, code: 0, env }]));
  },
  Spacelift() {
    const { stack_defaults } = parse(block(".spacelift/config.yml"));
    const hooks: readonly string[] = stack_defaults.before_init;
    // What the page says that Spacelift runs.
    const own = ["pulumi preview --refresh", "pulumi up --refresh"];
    return [...hooks, ...own.map(pulumiCommand)].map((script) => ({ script, code: 0 }));
  },
};

function pulumiCommand(command: string): string {
  if (!page.prose.includes(`\`${command}\``)) throw new Error(`the page does not name "${command}"`);
  return `${command} --stack prod --non-interactive${command.includes(" up ") ? " --yes" : ""}`;
}

function block(part: string): string {
  const [found, other] = page.blocks.filter(({ text }) => text.includes(part));
  if (found === undefined || other !== undefined) throw new Error(`the page has not exactly one block with "${part}"`);
  return found.text;
}
