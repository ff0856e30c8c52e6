#!/usr/bin/env node
import { Command } from "commander";
import { emulateCommand } from "./emulate.ts";

/** Commands are loaded with their definitions only; what they do is imported when one runs. */
const program = new Command("queue-seeder")
  .description("Infrastructure-as-code message seeder for Cloudflare Queues, on Pulumi")
  .addCommand(emulateCommand());

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
