import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { parse } from "yaml";
import { findProjectFolderAbove } from "./project-folder.ts";
import { listStackFiles } from "./stack-files.ts";

/**
 * The file of the repository that sets an environment variable: a `.env` that a tool loads for its user, or the `environment` of
 * a stack's file, which the engine loads itself. What it sets is as much a pull request's as the repository is.
 *
 * @param folder absolute path of a folder of the project
 * @returns its path, relative to the project; undefined: none does
 */
export function isSetByRepository(folder: string, variable: string): string | undefined {
  const project = findProjectFolderAbove(folder) ?? folder;
  const assignment = new RegExp(`^\\s*(?:export\\s+)?${variable}\\s*[=:]`, "m");
  const files = listFolders(folder, project).flatMap((each) => envFiles(each).map((name) => join(each, name)));
  const assigning = files.find((file) => assignment.test(readText(file)));
  if (assigning !== undefined) return relative(project, assigning).replaceAll("\\", "/");
  const projectFiles = listNames(project).filter((name) => /^Pulumi\.(ya?ml|json)$/.test(name));
  const loading = [...projectFiles, ...listStackFiles(project).values()];
  return loading.find((file) => parseEnvironment(join(project, file)).includes(variable));
}

/** A folder and those above it, up to the checkout's root; where there is no checkout, up to the project's folder. */
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
  return listNames(folder).filter((name) => name.startsWith(".env"));
}

/** The text of the key `environment`: a list of names, or the environment itself. */
function parseEnvironment(file: string): string {
  try {
    const settings: unknown = parse(readText(file));
    const environment = typeof settings === "object" && settings !== null && Reflect.get(settings, "environment");
    return environment ? JSON.stringify(environment) : "";
  } catch {
    // The engine takes no file that is not YAML, and says so.
    return "";
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // A folder of that name, or a link that leads nowhere: no tool can load it either.
    return "";
  }
}

function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
