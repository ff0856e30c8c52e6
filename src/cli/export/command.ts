import { Command } from "commander";
import { withHelp } from "../shared/help.ts";
import { repeatable, wholeNumber } from "../shared/options.ts";
import type { ExportFlags } from "./flags.ts";

/** Defines `export`, which writes the messages of a queue, such as dead letters, as a manifest with its data file. */
export function exportCommand(): Command {
  const command = new Command("export")
    .description("Write a queue's messages, such as dead letters, as a manifest and a data file")
    .argument("<queue>", "the queue's name or id")
    .requiredOption("--out <path>", "path of the files, without an extension, such as messages/redrive/2026-11-27")
    .option("--take", "take the messages out of the queue: pull, write, then acknowledge")
    .option("--to <queue>", "the queue that the manifest pushes to; default: the one whose dead letters these are")
    .option("--stack <name>", "the stack whose configuration names queues and account; default: the environment alone")
    .option("--limit <number>", "export at most this many messages", wholeNumber(1, Number.MAX_SAFE_INTEGER, "from 1"))
    .addOption(repeatable("--filter <pointer=value>", "only bodies with this value at this JSON pointer", collect))
    .option("--since <time>", "only messages since then: 2026-11-27, 2026-11-27T08:00Z, 30m, 24h, 7d")
    .option("--metadata", "write each message's id, attempts and time next to its body")
    .option(
      "--visibility-timeout <seconds>",
      "with --take: how long pulled messages are leased; default: 60, or 600 with --filter or --since",
      wholeNumber(1, 43_200, "from 1 to 43200"),
    )
    .action(async (queue: string, flags: ExportFlags) => {
      const { runExport } = await import("./run.ts");
      process.exitCode = await runExport(process.cwd(), queue, flags, process.env);
    });
  return withHelp(command, {
    examples: [
      "queue-seeder export orders-dead --out messages/redrive/2026-11-27 --stack prod",
      "queue-seeder export orders-dead --out messages/redrive/2026-11-27 --stack prod --take",
      "queue-seeder export orders-dead --out messages/redrive/failed --filter /state=failed --since 24h",
    ],
    notes: `Without --take the queue keeps its messages, and at most the 100 oldest of them can be seen. With --take, an
interrupted run continues when it is run again with the same --out. docs/redrive.md has the whole procedure.`,
    exits: {
      0: "exported",
      1: "the export is not finished, or some messages may be delivered twice; stderr names them",
      2: "wrong usage",
    },
  });
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
