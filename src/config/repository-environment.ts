import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { parse } from "yaml";
import { toObject } from "../json-object.ts";
import { listReadableNames, readReadableText } from "../optional-files.ts";
import { findProjectFolderAbove } from "./project-folder.ts";
import { listStackFiles } from "./stack-files.ts";

/**
 * Finds the file of the repository that sets an environment variable: a `.env` file that a tool loads, or the `environment` of a
 * stack's file, which Pulumi loads. Anyone who can open a pull request can change these files.
 *
 * @param folder absolute path of a folder of the project
 * @returns the file's path relative to the project, undefined if no file sets the variable
 */
export function isSetByRepository(folder: string, variable: string): string | undefined {
  const project = findProjectFolderAbove(folder) ?? folder;
  const assignment = new RegExp(`^\\s*(?:export\\s+)?${variable}\\s*[=:]`, "m");
  const files = listFolders(folder, project).flatMap((each) => envFiles(each).map((name) => join(each, name)));
  const assigning = files.find((file) => assignment.test(readReadableText(file)));
  if (assigning !== undefined) return relative(project, assigning).replaceAll("\\", "/");
  const projectFiles = listReadableNames(project).filter((name) => /^Pulumi\.(ya?ml|json)$/.test(name));
  const loading = [...projectFiles, ...listStackFiles(project).values()];
  return loading.find((file) => parseEnvironment(join(project, file)).includes(variable));
}

/** Returns a folder and its parents, up to the root of the checkout, or up to the project's folder without a checkout. */
function listFolders(start: string, project: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = start; ; folder = dirname(folder)) {
    folders.push(folder);
    if (existsSync(join(folder, ".git"))) return folders;
    if (dirname(folder) === folder) break;
  }
  return folders.filter((folder) => folder.startsWith(project));
}

function envFiles(folder: string): readonly string[] {
  return listReadableNames(folder).filter((name) => name.startsWith(".env"));
}

/** Returns the JSON text of the key `environment`: a list of names, or the environment itself. "" if there is none. */
function parseEnvironment(file: string): string {
  try {
    const { environment } = toObject(parse(readReadableText(file)));
    return environment ? JSON.stringify(environment) : "";
  } catch {
    // Pulumi rejects a file that is not YAML and reports it.
    return "";
  }
}
