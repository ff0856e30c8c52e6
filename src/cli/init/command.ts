import { Command, Option } from "commander";
import { withHelp } from "../shared/help.ts";
import { parseAccountOption, parseIdentifier, parseQueueOption, repeatable, transports } from "../shared/options.ts";
import { type InitFlags, pipelines } from "./flags.ts";

/** Defines `init`, which writes the files that a repository needs to seed queues. */
export function initCommand(): Command {
  const command = new Command("init")
    .description("Set up a repository: a Pulumi program, a stack, a first manifest")
    .argument("[folder]", "a new folder, or an existing repository", ".")
    .option("--name <name>", "name of the Pulumi project; default: the folder's", parseIdentifier)
    .option("--stack <name>", "name of the first stack; default: dev", parseIdentifier)
    .addOption(
      repeatable(
        "--queue <name[=id]>",
        "a queue: one that exists, by its id, or one to create",
        parseQueueOption,
        "orders",
      ),
    )
    .option("--account <id>", "the Cloudflare account's id; default: CLOUDFLARE_ACCOUNT_ID", parseAccountOption)
    .addOption(
      new Option(
        "--transport <name>",
        "push through the REST API, or through a producer Worker; default: rest",
      ).choices(transports),
    )
    .addOption(
      new Option("--ci <system>", "a pipeline that validates, plans and deploys; default: none").choices(pipelines),
    )
    .option("--yes", "do not prompt: use the defaults and keep existing files")
    .option("--force", "replace files that exist")
    .action(async (folder: string, flags: InitFlags) => {
      const { init } = await import("./run.ts");
      await init(folder, flags);
    });
  return withHelp(command, {
    examples: [
      "queue-seeder init",
      "queue-seeder init seeding --queue orders --queue mails --ci github",
      "queue-seeder init --queue orders --transport worker",
      "queue-seeder init --yes --queue orders=0123456789abcdef0123456789abcdef --stack prod",
    ],
    notes: `It prompts for what no flag sets, and before it replaces a file. To an existing package.json, .gitignore and
.gitattributes, it only adds what is missing.`,
    exits: {
      0: "the files were written; stderr lists them and the next steps",
      1: "a file could not be written",
      2: "wrong usage, or a Pulumi project of another kind is there",
    },
  });
}
