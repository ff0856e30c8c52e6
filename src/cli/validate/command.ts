import { Command, Option } from "commander";
import { withHelp } from "../shared/help.ts";
import { formats, type ValidateFlags } from "./flags.ts";

/** Defines `validate`, which checks manifests without Pulumi, credentials or the network. */
export function validateCommand(): Command {
  const command = new Command("validate")
    .description("Validate manifests and report every problem")
    .argument("[path...]", "files or folders of manifests; default: the folder messages/")
    .addOption(
      new Option("--format <format>", "text goes to stderr, the others to stdout; gitlab is a code-quality report")
        .choices(formats)
        .default("text"),
    )
    .option("--stack <name>", "check for this stack, with its configuration")
    .action(async (paths: readonly string[], flags: ValidateFlags) => {
      const { validate } = await import("./run.ts");
      process.exitCode = await validate(process.cwd(), paths, flags);
    });
  return withHelp(command, {
    examples: [
      "queue-seeder validate",
      "queue-seeder validate --stack prod",
      "queue-seeder validate messages/orders.yaml --format github",
    ],
    notes: `Without --stack, only the syntax of variables is checked; with it, also their values in Pulumi.NAME.yaml.
docs/problems.md explains every code.`,
    exits: { 0: "no errors; there may be warnings", 1: "errors", 2: "wrong usage" },
  });
}
