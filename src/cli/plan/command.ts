import { Command, Option } from "commander";
import { withHelp } from "../shared/help.ts";
import { type PlanFlags, planFormats } from "./flags.ts";

/** Defines `plan`, which shows what `up` would do, computed by the same code. */
export function planCommand(): Command {
  const command = new Command("plan")
    .description("Show what up would push, and change nothing")
    .option("--stack <name>", "the stack; default: the selected one")
    .addOption(
      new Option("--format <format>", "markdown is for a comment; github writes annotations and the job's summary")
        .choices(planFormats)
        .default("text"),
    )
    .option("--detailed-exitcode", "end with 2 if up would change something")
    .option("--no-preview", "plan from the repository's files alone, without running the program")
    .option("--out <file>", "write the plan as JSON too, for `up --expect`")
    .action(async (flags: PlanFlags) => {
      const { runPlan } = await import("./run.ts");
      process.exitCode = await runPlan(process.cwd(), flags, process.env);
    });
  return withHelp(command, {
    examples: [
      "queue-seeder plan --stack dev",
      "queue-seeder plan --stack prod --format markdown --out plan.json > comment.md",
      "queue-seeder plan --stack prod --format github --detailed-exitcode",
    ],
    notes: `The plan compares what the program deploys with the ledger in the stack's state. Pulumi runs the program for it, which
needs the passphrase of a stack with secrets. If that fails, the plan is made from the files of the repository only, and gives the
reason. If the state cannot be read, the plan assumes that nothing was pushed. No requests are sent to Cloudflare.`,
    exits: {
      0: "a plan was made; with --detailed-exitcode: there is nothing to do",
      1: "the manifests have errors, or up would refuse",
      2: "with --detailed-exitcode: there is something to do",
      64: "wrong usage",
    },
    usageExit: 64,
  });
}
