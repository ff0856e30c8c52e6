import { Command, Option } from "commander";
import { withHelp } from "../shared/help.ts";
import { seconds, type UpFlags } from "./flags.ts";

/** Defines `up`, which validates, plans, asks for confirmation and deploys. */
export function upCommand(): Command {
  const command = new Command("up")
    .description("Push what the plan says, with Pulumi's engine, and tell what became of it")
    .option("--stack <name>", "the stack; default: the selected one")
    .option("-y, --yes", "do not ask; needed where there is no terminal")
    .option("--expect <plan>", "refuse anything but this plan: a file of `plan --out`, or a digest")
    .addOption(
      new Option(
        "--wait [seconds]",
        "wait while another run holds the stack; without seconds: as long as it does",
      ).argParser(seconds),
    )
    .addOption(
      new Option("--delete-queue <name>", "agree that this queue is deleted or replaced with what is in it; repeatable")
        .argParser((name: string, names: readonly string[]) => [...names, name])
        .default([], "none"),
    )
    .option("--json", "write what happens to stdout, one JSON object a line")
    .option("--run-file <file>", "write to it what became of the run, as one JSON document")
    .action(async (flags: UpFlags) => {
      const { runUp } = await import("./run.ts");
      process.exitCode = await runUp(process.cwd(), flags, process.env);
    });
  return withHelp(command, {
    examples: [
      "queue-seeder up --stack dev",
      "queue-seeder up --stack prod --expect plan.json --wait 600 --yes",
      "queue-seeder up --stack prod --yes --json | tee run.ndjson",
    ],
    notes: `It does what \`pulumi up\` does, and reads the same configuration. The first SIGINT or SIGTERM is passed on: what is under
way is finished, nothing new is sent, and what was pushed is kept.`,
    exits: {
      0: "everything is pushed",
      1: "it failed; nothing is in doubt, and the next run goes on from there",
      2: "wrong usage",
      3: "messages are left in doubt: they may be in the queue or not",
      4: "another run holds the stack",
      5: "what would be pushed is not what --expect names, or what was confirmed",
      130: "ended by SIGINT; 129 by SIGHUP, 143 by SIGTERM",
    },
  });
}
