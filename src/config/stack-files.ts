import { readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { parse } from "yaml";
import { readRegularFile } from "../file-error.ts";

/**
 * The stacks that have a configuration in the repository, in the order of their names, with the paths of their files,
 * relative to the repository.
 */
export function listStackFiles(root: string): ReadonlyMap<string, string> {
  const folder = configFolder(root);
  const files = listNames(join(root, folder)).flatMap((file) => {
    const stack = /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.[1];
    return stack === undefined ? [] : [[stack, posix.join(folder, file)] as const];
  });
  return new Map(files.sort());
}

/** Pulumi.yaml may put the stacks' files into a folder of their own. */
function configFolder(root: string): string {
  try {
    const project: unknown = parse(readRegularFile(join(root, "Pulumi.yaml")).toString("utf8"));
    const folder = typeof project === "object" && project !== null && Reflect.get(project, "stackConfigDir");
    return typeof folder === "string" ? folder : ".";
  } catch {
    // Whoever needs the project's file says what is wrong with it; here it is only asked for a folder.
    return ".";
  }
}

function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // The engine makes the folder with its first file.
    return [];
  }
}
