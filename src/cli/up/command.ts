import { Command, Option } from "commander";
import { withHelp } from "../shared/help.ts";
import { seconds, type UpFlags, upFormats } from "./flags.ts";

/** Defines `up`, which validates, plans, asks for confirmation and deploys. */
export function upCommand(): Command {
  const command = new Command("up")
    .description("Apply the plan with Pulumi and report the result")
    .option("--stack <name>", "the stack; default: the selected one")
    .option("-y, --yes", "do not ask for confirmation; required without a terminal")
    .option("--expect <plan>", "refuse anything but this plan: a file of `plan --out`, or a digest")
    .addOption(
      new Option(
        "--wait [seconds]",
        "wait until another run releases the stack; without seconds, there is no limit",
      ).argParser(seconds),
    )
    .addOption(
      new Option(
        "--delete-queue <name>",
        "allow the run to delete or replace this queue with its messages (repeatable)",
      )
        .argParser((name: string, names: readonly string[]) => [...names, name])
        .default([], "none"),
    )
    .addOption(
      new Option("--format <format>", "text goes to stderr; json streams events to stdout as NDJSON")
        .choices(upFormats)
        .default("text"),
    )
    .option("--run-file <file>", "write a JSON summary of the run to this file")
    .action(async (flags: UpFlags) => {
      const { runUp } = await import("./run.ts");
      process.exitCode = await runUp(process.cwd(), flags, process.env);
    });
  return withHelp(command, {
    examples: [
      "queue-seeder up --stack dev",
      "queue-seeder up --stack prod --expect plan.json --wait 600 --yes",
      "queue-seeder up --stack prod --yes --format json | tee run.ndjson",
    ],
    notes: `It does what \`pulumi up\` does, and reads the same configuration. The first SIGINT or SIGTERM is passed on: requests in
flight finish, no new ones start, and progress is saved.`,
    exits: {
      0: "everything is pushed",
      1: "the run failed; no message is in doubt, and the next run resumes from there",
      2: "wrong usage",
      3: "messages are in doubt: they may or may not be in the queue",
      4: "another run holds the stack",
      5: "the plan is not the one that --expect names, or that was confirmed",
      130: "ended by SIGINT; 129 by SIGHUP, 143 by SIGTERM",
    },
  });
}
