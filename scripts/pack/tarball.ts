import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { createPackageFolder } from "./package-folder.ts";

/**
 * Builds the package in a folder and packs it there with npm.
 *
 * @param folder absolute path of an existing folder
 * @returns absolute path of the tarball
 */
export function packInto(folder: string): string {
  createPackageFolder(join(folder, "package"));
  const out = execFileSync("npm", ["pack", "./package", "--json", "--ignore-scripts"], {
    cwd: folder,
    encoding: "utf8",
  });
  const [packed]: readonly { readonly filename: string }[] = Object.values(JSON.parse(out));
  if (packed === undefined) throw new Error(`npm packed nothing in ${folder}: ${out}`);
  return join(folder, packed.filename);
}
