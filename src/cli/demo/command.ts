import { Command, Option } from "commander";
import { withHelp } from "../shared/help.ts";
import { parseIdentifier, transports } from "../shared/options.ts";
import type { DemoFlags } from "./flags.ts";

/** Defines `demo`, which deploys the project of this folder to an emulator. */
export function demoCommand(): Command {
  const command = new Command("demo")
    .description("Deploy this project to an emulator on this machine, and show what each deployment pushes")
    .option("--stack <name>", "the stack to deploy as, with its configuration if there is one", parseIdentifier, "dev")
    .addOption(
      new Option("--transport <name>", "push through the REST API, or the producer Worker in workerd")
        .choices(transports)
        .default("rest"),
    )
    .option("--verbose", "also show the output of Pulumi")
    .action(async (flags: DemoFlags) => {
      const { demo } = await import("./run.ts");
      process.exitCode = await demo(process.cwd(), flags, process.env);
    });
  return withHelp(command, {
    examples: [
      "queue-seeder demo",
      "queue-seeder demo --stack review-1 --verbose",
      "queue-seeder demo --transport worker",
    ],
    notes: `It plans and deploys the manifests, deploys them again, and deploys one more message. It needs no account and no login, works on
a copy, and deletes the copy, its Pulumi state and its queues afterwards: the project's files and stacks are not touched. The emulator
provides the configured queues, and every secret has the value "demo". The transport worker needs the package
miniflare, which contains workerd.`,
    exits: {
      0: "every step had the expected result",
      1: "a step failed; the output of its command is shown",
      2: "wrong usage, or there is no project here",
    },
  });
}
