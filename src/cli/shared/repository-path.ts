import { join, relative, resolve, sep } from "node:path";
import { inspectPath } from "../../file-error.ts";
import { UsageError } from "../../usage-error.ts";

/**
 * Converts a path of the command line to one relative to the repository, with forward slashes.
 *
 * @throws UsageError if nothing exists there. A file that cannot be read is accepted: it is reported as a problem with its location.
 */
export function toRepositoryPath(root: string, path: string): string {
  const inner = relative(root, resolve(root, path)).split(sep).join("/");
  if (inspectPath(join(root, inner)).kind === "missing") throw new UsageError(`there is no file or folder ${path}`);
  return inner;
}
