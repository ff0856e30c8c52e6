import { Command, InvalidArgumentError, Option } from "commander";
import { withHelp } from "../shared/help.ts";
import { repeatable, wholeNumber } from "../shared/options.ts";
import { type RehearseFlags, rehearseFormats } from "./flags.ts";

/** The greatest number that the options accept. */
const greatest = 2 ** 31;

/** Defines `rehearse`, which delivers the messages that would be pushed to their consumer on this machine. */
export function rehearseCommand(): Command {
  const command = new Command("rehearse")
    .description(
      "Run what up would push through the consumer Worker on this machine, and report the outcome of each message",
    )
    .argument("[path...]", "files or folders of manifests; default: all that the stack deploys")
    .addOption(
      repeatable(
        "--worker <queue=file>",
        "a queue's consumer, with settings: orders=./consumer.ts,max_retries=1",
        line,
      ),
    )
    .addOption(repeatable("--wrangler-dev <queue>", "a queue whose consumer runs under `wrangler dev`", line))
    .option("--config <file>", "the Worker's wrangler configuration; default: the one next to its file, or above")
    .option("--env <name>", "the environment of that configuration")
    .option("--stack <name>", "the stack; default: the selected one")
    .option("--all", "all messages, also those that were pushed")
    .option("--no-preview", "use the repository's files alone, without running the program")
    .addOption(
      new Option("--sample <messages>", "at most this many messages of each manifest").argParser(
        wholeNumber(1, greatest, "of at least 1"),
      ),
    )
    .addOption(
      new Option("--seed <number>", "selects the sample: the same number, the same messages")
        .argParser(wholeNumber(0, greatest, "of at least 0"))
        .default(1),
    )
    .option("--secrets <file>", "values of the messages' secrets, as NAME=value; default: bodies contain the names")
    .option("--allow-network", "allow the Worker to use the network")
    .addOption(
      new Option("--timeout <seconds>", "for the whole rehearsal")
        .argParser(wholeNumber(1, greatest, "of at least 1"))
        .default(600),
    )
    .addOption(
      new Option("--handler-timeout <seconds>", "for one call of a handler; production allows 900")
        .argParser(wholeNumber(1, 900, "of at least 1, at most 900"))
        .default(30),
    )
    .addOption(
      new Option("--format <format>", "markdown is a section for the plan's comment; github writes annotations")
        .choices(rehearseFormats)
        .default("text"),
    )
    .option(
      "--append <file>",
      "append the Markdown to the plan in this file, truncated to the space that a comment has left",
    )
    .action(async (paths: readonly string[], flags: RehearseFlags) => {
      const { runRehearse } = await import("./run.ts");
      process.exitCode = await runRehearse(process.cwd(), paths, flags, process.env);
    });
  return withHelp(command, {
    examples: [
      "queue-seeder rehearse --stack dev --worker orders=./consumer.ts",
      "queue-seeder rehearse messages/orders.yaml --worker orders=./worker/wrangler.jsonc --env staging",
      "queue-seeder rehearse --all --sample 100 --worker orders=./consumer.ts --format junit > rehearsal.xml",
    ],
    notes: `The Worker runs in workerd, through miniflare, with an empty queue and empty local bindings. Nothing is pushed, and
no requests are sent to Cloudflare. Delays pass at once. docs/rehearse.md explains the report and the settings.`,
    exits: {
      0: "all messages were acknowledged, or there are none",
      1: "some were not, or the rehearsal did not finish; the manifests have errors; the Worker does not start",
      2: "wrong usage",
    },
  });
}

function line(value: string, before: readonly string[]): string[] {
  if (value === "") throw new InvalidArgumentError("It is empty.");
  return [...before, value];
}
