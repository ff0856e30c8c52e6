#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { emulateCommand } from "./emulate.ts";
import { UsageError } from "./usage.ts";
import { validateCommand } from "./validate.ts";

/** Commands are loaded with their definitions only; what they do is imported when one runs. */
const program = new Command("queue-seeder")
  .description("Infrastructure-as-code message seeder for Cloudflare Queues, on Pulumi")
  .addCommand(validateCommand())
  .addCommand(emulateCommand());

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong, or shown the help that was asked for.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
