import { Command } from "commander";
import { withHelp } from "../shared/help.ts";
import { type ReportFlags, runs } from "./flags.ts";

/** Defines `report`, which writes an HTML page with the messages pushed and the backlog after each run. */
export function reportCommand(): Command {
  const command = new Command("report")
    .description("Write a page with a chart for each queue: messages pushed, and backlog, run by run")
    .option("--stack <name>", "the stack; default: the selected one")
    .option("--out <file>", "the file to write; - for stdout", "report.html")
    .option("--last <runs>", "how many of the last runs to show", runs, 50)
    .action(async (flags: ReportFlags) => {
      const { runReport } = await import("./run.ts");
      process.exitCode = await runReport(process.cwd(), flags, process.env);
    });
  return withHelp(command, {
    examples: ["queue-seeder report --stack prod", "queue-seeder report --stack prod --last 10 --out - > prod.html"],
    notes: `The numbers are from the stack's history in Pulumi Cloud, or in a backend in a folder (file://). Other backends export only the
current state. The page is one file without scripts or external resources.`,
    exits: { 0: "the page was written", 1: "the history cannot be read", 2: "wrong usage" },
  });
}
