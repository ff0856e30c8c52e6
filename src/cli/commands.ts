import type { Command } from "commander";
import { completeCommand, completionCommand } from "./completion.ts";
import { demoCommand } from "./demo.ts";
import { emulateCommand } from "./emulate.ts";
import { initCommand } from "./init.ts";
import { planCommand } from "./plan.ts";
import { baselineCommand, forgetCommand, settleCommand } from "./repair.ts";
import { reportCommand } from "./report.ts";
import { statusCommand } from "./status.ts";
import { upCommand } from "./up.ts";
import { validateCommand } from "./validate.ts";

/**
 * Every command, in the order of the help. Each is one file with the definition alone: what a command does is imported
 * by its action, so that `--help` loads nothing of the engine, Ajv or YAML. A test holds that.
 */
export const commands: readonly (() => Command)[] = [
  initCommand,
  validateCommand,
  planCommand,
  upCommand,
  statusCommand,
  settleCommand,
  baselineCommand,
  forgetCommand,
  reportCommand,
  demoCommand,
  emulateCommand,
  completionCommand,
];

/** Commands that other programs call; the help leaves them out. */
export const hiddenCommands: readonly (() => Command)[] = [completeCommand];
