import type { Command } from "commander";
import { completeCommand, completionCommand } from "./completion/command.ts";
import { demoCommand } from "./demo/command.ts";
import { emulateCommand } from "./emulate/command.ts";
import { explainCommand } from "./explain/command.ts";
import { exportCommand } from "./export/command.ts";
import { initCommand } from "./init/command.ts";
import { planCommand } from "./plan/command.ts";
import { rehearseCommand } from "./rehearse/command.ts";
import { baselineCommand, forgetCommand, settleCommand } from "./repair/command.ts";
import { reportCommand } from "./report/command.ts";
import { statusCommand } from "./status/command.ts";
import { upCommand } from "./up/command.ts";
import { validateCommand } from "./validate/command.ts";

/**
 * Every command, in the order of the help. A command file contains only the definition; its action imports the
 * implementation, so that `--help` does not load the Pulumi code, Ajv or YAML. A test checks this.
 */
export const commands: readonly (() => Command)[] = [
  initCommand,
  validateCommand,
  planCommand,
  rehearseCommand,
  upCommand,
  statusCommand,
  settleCommand,
  baselineCommand,
  forgetCommand,
  reportCommand,
  exportCommand,
  explainCommand,
  demoCommand,
  emulateCommand,
  completionCommand,
];

/** Commands that are called by other programs and hidden in the help. */
export const hiddenCommands: readonly (() => Command)[] = [completeCommand];
