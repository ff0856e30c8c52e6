import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "./project.ts";
import { sharedFolder } from "./shared-folder.ts";

/**
 * Copies of stacks that Pulumi has made, for all test files of a run. Making a stack with a secret takes two runs of Pulumi, and each
 * derives the key from the passphrase again, with a million rounds. A stack of the same names and secrets is the same files.
 */
const folder = sharedFolder && join(sharedFolder, "stacks");

/** The token of emulators, the same for all stacks, so that they share a template. */
export const testToken = "b0a1-token-for-tests";

export interface TemplateOptions {
  /** The project's name in Pulumi.yaml. */
  readonly projectName: string;
  readonly stack: string;
  readonly secretsProvider: string;
  /** Secret values by full key. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Makes a stack from a template, or with Pulumi, and keeps it as a template. */
export async function makeFromTemplate(
  project: Project,
  options: TemplateOptions,
  make: () => Promise<void>,
): Promise<void> {
  const stackFile = join(project.dir, `Pulumi.${options.stack}.yaml`);
  const state = join(project.dir, "../state");
  // A copy replaces the state of the whole folder, and the stack's file.
  const isFirst = !existsSync(join(state, ".pulumi")) && !existsSync(stackFile);
  const { PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE } = project.env;
  if (folder === undefined || !isFirst || PULUMI_BACKEND_URL !== `file://${state}`) return make();
  const terms = [PULUMI_CONFIG_PASSPHRASE, options];
  const template = join(folder, createHash("sha256").update(JSON.stringify(terms)).digest("hex"));
  if (existsSync(template)) {
    cpSync(join(template, "state"), state, { recursive: true });
    writeFileSync(stackFile, readFileSync(join(template, "stack.yaml")));
    return;
  }
  await make();
  const made = mkdtempSync(join(folder, "new-"));
  cpSync(state, join(made, "state"), { recursive: true });
  writeFileSync(join(made, "stack.yaml"), readFileSync(stackFile));
  try {
    renameSync(made, template);
  } catch {
    // Another test file was faster.
    rmSync(made, { recursive: true });
  }
}
