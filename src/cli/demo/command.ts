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
    notes: `It needs no account and no login. Its Pulumi state and its queues are deleted afterwards, and the project's own stacks are not
touched. The emulator provides the configured queues, and every secret has the value "demo".`,
    exits: {
      0: "both deployments succeeded; the messages that each pushed are shown",
      1: "a deployment failed; the output of Pulumi is shown",
      2: "wrong usage, or there is no project here",
    },
  });
}
