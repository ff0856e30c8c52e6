import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { readRegularFile } from "../file-error.ts";
import { toObject } from "../json-object.ts";

const files = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"] as const;

/**
 * Returns the folders in which a program's project may be: above its working directory and above its entry file. An inline
 * program of the Automation API may run in any folder.
 */
export function programFolders(): readonly string[] {
  return [process.cwd(), ...programFile()]
    .map((start) => findProjectFolderAbove(start))
    .filter((found) => found !== undefined);
}

/** Returns the first folder whose Pulumi.yaml has the project's name, or else the first folder. */
export function findProjectFolder(project: string, folders: readonly string[]): string | undefined {
  return folders.find((folder) => readProjectName(folder) === project) ?? folders[0];
}

/** Returns the nearest folder with a Pulumi.yaml, starting at `start` and going up; undefined if there is none. */
export function findProjectFolderAbove(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (files.some((file) => existsSync(join(folder, file)))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

function programFile(): readonly string[] {
  try {
    return process.argv[1] === undefined ? [] : [dirname(realpathSync(process.argv[1]))];
  } catch {
    // Node runs code without a file, for example with `--eval`.
    return [];
  }
}

function readProjectName(folder: string): unknown {
  try {
    const file = files.find((name) => existsSync(join(folder, name))) ?? files[0];
    const project: unknown = parse(readRegularFile(join(folder, file)).toString("utf8"));
    return toObject(project).name;
  } catch {
    // Pulumi reports an invalid project file; here, it merely has no name.
    return undefined;
  }
}
