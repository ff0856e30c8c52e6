import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { readRegularFile } from "../file-error.ts";

const files = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"] as const;

/**
 * Where to look for a program's project: above its working directory, and above its first file. An inline program of the
 * Automation API may be run in any folder.
 */
export function programFolders(): readonly string[] {
  return [process.cwd(), ...programFile()]
    .map((start) => findProjectFolderAbove(start))
    .filter((found) => found !== undefined);
}

/** The first of several folders with a Pulumi.yaml that names the project; else the first. */
export function findProjectFolder(project: string, folders: readonly string[]): string | undefined {
  return folders.find((folder) => readProjectName(folder) === project) ?? folders[0];
}

/** The nearest folder above one that has Pulumi.yaml; undefined: none has. */
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
    // Node was given a program without a file.
    return [];
  }
}

function readProjectName(folder: string): unknown {
  try {
    const file = files.find((name) => existsSync(join(folder, name))) ?? files[0];
    const project: unknown = parse(readRegularFile(join(folder, file)).toString("utf8"));
    return typeof project === "object" && project !== null ? Reflect.get(project, "name") : undefined;
  } catch {
    // The engine says what is wrong with a project's file; here it only names no project.
    return undefined;
  }
}
