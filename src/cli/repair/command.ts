import { Command, Option } from "commander";
import { UsageError } from "../../usage-error.ts";
import { withHelp } from "../shared/help.ts";
import type { RepairFlags } from "./flags.ts";

// The three commands that change a ledger and push nothing.

const exits = {
  0: "done",
  1: "failed, or some of the messages are not eligible; stderr reports what was changed",
  2: "wrong usage",
};

/** Defines `baseline`, which marks messages as pushed that were pushed by other means or must not be pushed here. */
export function baselineCommand(): Command {
  const command = repairCommand("baseline", "Mark messages as pushed without pushing them").action(
    async (manifest: string, messages: readonly string[], flags: RepairFlags) => {
      await run({ action: "baseline", manifest, messages }, flags);
    },
  );
  return withHelp(command, {
    examples: [
      "queue-seeder baseline orders/backfill --stack prod",
      "queue-seeder baseline orders/seed order-1 order-2",
    ],
    notes: "It also accepts messages, and rows of a data file, that were edited after they were pushed.",
    exits,
  });
}

/** Defines `forget`, which marks pushed messages as pending, so that the next run pushes them again. */
export function forgetCommand(): Command {
  const command = repairCommand(
    "forget",
    "Remove messages from the ledger, so that the next run pushes them again",
  ).action(async (manifest: string, messages: readonly string[], flags: RepairFlags) => {
    await run({ action: "forget", manifest, messages }, flags);
  });
  return withHelp(command, {
    examples: ["queue-seeder forget orders/seed --stack dev", "queue-seeder forget orders/seed order-7 --stack dev"],
    notes: "Messages that were pushed stay in the queue or were already delivered: nothing is recalled.",
    exits,
  });
}

/** Defines `settle`, which records the outcome of messages in doubt. */
export function settleCommand(): Command {
  const command = repairCommand("settle", "Record the outcome of messages in doubt")
    .addOption(new Option("--pushed", "they arrived: they are never sent again").conflicts("resend"))
    .addOption(new Option("--resend", "the next run sends them: they did not arrive, or may arrive twice"))
    .action(
      async (manifest: string, messages: readonly string[], flags: RepairFlags & { pushed?: true; resend?: true }) => {
        if (!flags.pushed && !flags.resend) throw new UsageError("specify --pushed or --resend.");
        await run({ action: flags.pushed ? "settle_pushed" : "settle_resend", manifest, messages }, flags);
      },
    );
  return withHelp(command, {
    examples: [
      "queue-seeder settle orders/backfill --pushed --stack prod",
      "queue-seeder settle orders/backfill '#101' '#102' --resend --stack prod",
    ],
    notes: "`queue-seeder status` lists the messages in doubt.",
    exits,
  });
}

function repairCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument("<manifest>", "the manifest's name")
    .argument("[message...]", "ids, or # and a number from 1; default: all that are eligible")
    .option("--stack <name>", "the stack; default: the selected one")
    .option("--yes", "do not ask for confirmation");
}

async function run(
  {
    messages,
    ...asked
  }: {
    action: "baseline" | "forget" | "settle_pushed" | "settle_resend";
    manifest: string;
    messages: readonly string[];
  },
  flags: RepairFlags,
): Promise<void> {
  const { runRepair } = await import("./run.ts");
  const repair = { ...asked, messages: messages.length === 0 ? undefined : messages };
  process.exitCode = await runRepair(process.cwd(), repair, flags, process.env);
}
