import { Command } from "commander";
import { withHelp } from "../shared/help.ts";
import { parseIdentifier } from "../shared/options.ts";
import type { DemoFlags } from "./flags.ts";

/** Defines `demo`, which deploys the project of this folder to an emulator. */
export function demoCommand(): Command {
  const command = new Command("demo")
    .description("Deploy this project to an emulator on this machine, twice, and show what arrived")
    .option("--stack <name>", "as which stack, with its configuration where there is one", parseIdentifier, "dev")
    .action(async ({ stack }: DemoFlags) => {
      const { demo } = await import("./run.ts");
      process.exitCode = await demo(process.cwd(), stack, process.env);
    });
  return withHelp(command, {
    examples: ["queue-seeder demo", "queue-seeder demo --stack review-1"],
    notes: `It needs no account and no login, and leaves no trace: the engine's state and the queues are gone afterwards, and the
project's own stacks are not touched. The configuration's queues are played by the emulator's, and the text "demo"
stands in for every secret.`,
    exits: {
      0: "both deployments went through; what each of them pushed is shown",
      1: "one did not; what the engine said is shown",
      2: "wrong usage, or there is no project here",
    },
  });
}
