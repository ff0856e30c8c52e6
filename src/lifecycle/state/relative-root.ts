import { relative } from "node:path";

/** The `root` of a segment's inputs. @param cwd the working directory of the provider @param folder absolute, the repository */
export function relativeRoot(cwd: string, folder: string): string {
  return relative(cwd, folder).replaceAll("\\", "/") || ".";
}
