import { relative } from "node:path";

/**
 * Returns the `root` of a segment's inputs, with forward slashes.
 *
 * @param cwd working directory of the provider
 * @param folder absolute path of the repository
 */
export function relativeRoot(cwd: string, folder: string): string {
  return relative(cwd, folder).replaceAll("\\", "/") || ".";
}
