import { readdirSync } from "node:fs";
import { join, relative } from "node:path";

/** Lists the regular files under a folder, at any depth, as paths relative to `root`. */
export function filesIn(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => relative(root, join(file.parentPath, file.name)));
}
