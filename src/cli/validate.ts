import { Command, Option } from "commander";

export const formats = ["text", "json", "github", "sarif"] as const;
export type Format = (typeof formats)[number];

export interface ValidateFlags {
  readonly format: Format;
  readonly stack?: string;
}

const examples = `
Examples:
  $ queue-seeder validate
  $ queue-seeder validate --stack prod
  $ queue-seeder validate messages/orders.yaml --format github

Without --stack, variables are checked for their spelling alone; with it, against Pulumi.NAME.yaml.
Exit codes: 0 no errors (there may be warnings), 1 errors, 2 wrong usage. docs/problems.md explains every code.`;

/** `validate`: checks manifests without the engine, credentials or the network. */
export function validateCommand(): Command {
  return new Command("validate")
    .description("Check manifests, and tell everything that is wrong with them")
    .argument("[path...]", "files or folders of manifests; without any: the folder messages/")
    .addOption(
      new Option("--format <format>", "text goes to stderr, the others to stdout").choices(formats).default("text"),
    )
    .option("--stack <name>", "check for this stack, with its configuration")
    .addHelpText("after", examples)
    .exitOverride()
    .action(async (paths: readonly string[], flags: ValidateFlags) => {
      const { validate } = await import("./validate/run.ts");
      process.exitCode = await validate(process.cwd(), paths, flags);
    });
}
