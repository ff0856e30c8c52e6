import { Command, Option } from "commander";
import { withHelp } from "../shared/help.ts";
import { type StatusFlags, statusFormats } from "./flags.ts";

/** Defines `status`, which compares the ledger with the repository and shows the current metrics of the queues. */
export function statusCommand(): Command {
  const command = new Command("status")
    .description("Compare each manifest's ledger with the repository, and show each queue's metrics")
    .option("--stack <name>", "the stack; default: the selected one")
    .addOption(
      new Option("--format <format>", "json is one document; prometheus is for its textfile collector or Pushgateway")
        .choices(statusFormats)
        .default("text"),
    )
    .option("--exit-code", "end with 2 if messages are pending, with 3 if any are in doubt")
    .action(async (flags: StatusFlags) => {
      const { runStatus } = await import("./run.ts");
      process.exitCode = await runStatus(process.cwd(), flags, process.env);
    });
  return withHelp(command, {
    examples: [
      "queue-seeder status --stack dev",
      "queue-seeder status --stack prod --format json",
      "queue-seeder status --stack prod --exit-code",
      "queue-seeder status --stack prod --format prometheus > queue-seeder.prom",
    ],
    notes: `The metrics are requested from Cloudflare with the credentials of the stack's configuration (which needs its passphrase) or
of the environment. Without credentials, everything else is shown.`,
    exits: {
      0: "the status was shown; with --exit-code, nothing is pending or in doubt",
      1: "the manifests have errors, or the state cannot be read",
      2: "with --exit-code: messages are pending",
      3: "with --exit-code: messages are in doubt",
      64: "wrong usage",
    },
    usageExit: 64,
  });
}
