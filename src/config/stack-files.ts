import { join, posix } from "node:path";
import { parse } from "yaml";
import { readRegularFile } from "../file-error.ts";
import { toObject } from "../json-object.ts";
import { listReadableNames } from "../optional-files.ts";

/**
 * Returns the stacks with a configuration file in the repository, sorted by name, with the file's path relative to the
 * repository.
 */
export function listStackFiles(root: string): ReadonlyMap<string, string> {
  const folder = configFolder(root);
  const files = listReadableNames(join(root, folder)).flatMap((file) => {
    const stack = /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.[1];
    return stack === undefined ? [] : [[stack, posix.join(folder, file)] as const];
  });
  return new Map(files.sort());
}

/** Returns the folder of the stack files, which Pulumi.yaml can set. */
function configFolder(root: string): string {
  try {
    const { stackConfigDir } = toObject(parse(readRegularFile(join(root, "Pulumi.yaml")).toString("utf8")));
    return typeof stackConfigDir === "string" ? stackConfigDir : ".";
  } catch {
    // Callers that need the project's file report what is wrong with it; here, only the folder is needed.
    return ".";
  }
}
