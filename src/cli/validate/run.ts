import { StackFileError, type StackOptions, shortName, stackOptions } from "../../config/stack-config.ts";
import { type LoadResult, loadManifests } from "../../manifest/index.ts";
import { toCheckout } from "../shared/ci-checkout.ts";
import { toGithub, toGitlab, toJson, toSarif, type ValidationResult } from "../shared/problems/formats.ts";
import { toText } from "../shared/problems/text.ts";
import { toRepositoryPath } from "../shared/repository-path.ts";
import type { Format, ValidateFlags } from "./flags.ts";

/** Machine-readable formats, which are written to stdout. */
const machineFormats = { json: toJson, github: toGithub, gitlab: toGitlab, sarif: toSarif } as const satisfies Record<
  Exclude<Format, "text">,
  (checked: ValidationResult) => string
>;

/**
 * Checks the manifests of the repository at `root` and prints the problems.
 *
 * @returns the exit code: 0 without errors, 1 with errors
 * @throws UsageError
 */
export async function validate(root: string, paths: readonly string[], flags: ValidateFlags): Promise<number> {
  const files = paths.map((path) => toRepositoryPath(root, path));
  const checked = await checkManifests(root, files, flags.stack);
  if (flags.format === "text") process.stderr.write(toText(root, checked));
  else
    process.stdout.write(machineFormats[flags.format](flags.format === "json" ? checked : toCheckout(root, checked)));
  return checked.problems.some(({ severity }) => severity === "error") ? 1 : 0;
}

/** Checks the manifests in these files and folders (all if empty), and the configuration of the stack if one is given. */
export async function checkManifests(
  root: string,
  files: readonly string[],
  stack: string | undefined,
): Promise<LoadResult> {
  const { options, problems } = loadOptions(root, stack === undefined ? undefined : shortName(stack));
  const loaded = await loadManifests({ root, ...options, ...(files.length > 0 ? { files } : {}) });
  return { ...loaded, problems: [...problems, ...loaded.problems] };
}

/** Loads the options of a stack. If its configuration cannot be read, reports that and checks without a stack. */
function loadOptions(root: string, stack: string | undefined): StackOptions {
  try {
    return stackOptions(root, stack);
  } catch (error) {
    if (!(error instanceof StackFileError)) throw error;
    const { options } = stackOptions(root, undefined);
    return { options, problems: [error.problem] };
  }
}
