import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { findPackageManager } from "../../package-manager.ts";
import { UsageError } from "../../usage-error.ts";
import { withDisposable } from "../../with-disposable.ts";
import { ownFolder } from "../shared/version.ts";
import { type Answers, answersFromFlags, defaultAnswers } from "./answers.ts";
import type { InitFlags } from "./flags.ts";
import { formatReport, type Outcome } from "./format-report.ts";
import { MergeError } from "./merge-files.ts";
import { findInstalled, findOwnSource, importName, type OwnSource, parseSpecifier } from "./own-source.ts";
import { readTemplates } from "./pipeline-templates.ts";
import { type NewFile, projectFiles } from "./project-files.ts";
import { createPrompter, type Prompter } from "./prompter.ts";
import { decideOwnDependency, hasSameBytes } from "./vendor.ts";

/**
 * Writes a project to a folder and prints a report to stderr. Prompts for all answers before it writes the first file.
 *
 * @param path the folder as given on the command line
 * @throws UsageError
 */
export async function init(path: string, flags: InitFlags): Promise<void> {
  const folder = resolve(path);
  assertOwnFolder(folder, flags);
  const write = (prompter: Prompter | undefined) => writeProject(path, folder, flags, prompter);
  return flags.yes ? write(undefined) : withDisposable(atTerminal(), write);
}

async function writeProject(
  path: string,
  folder: string,
  flags: InitFlags,
  prompter: Prompter | undefined,
): Promise<void> {
  const answers = await collectAnswers(folder, flags, prompter);
  const outcomes = await decideFile(folder, createFiles(folder, answers), flags, prompter);
  for (const { file, change } of outcomes) {
    if (change === "left" || change === "same") continue;
    const target = join(folder, file.path);
    mkdirSync(dirname(target), { recursive: true });
    // "wx" never overwrites a file that was created in the meantime.
    if (file.from !== undefined) copyFileSync(file.from, target);
    else writeFileSync(target, file.text, { flag: change === "created" ? "wx" : "w" });
  }
  process.stderr.write(formatReport(path, answers, outcomes, findPackageManager(folder, process.env)));
}

/** File names in which Pulumi looks for a project. */
const projectFileNames = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];

/** Refuses a Pulumi project that `init` did not create, since writing to it would mix two projects. @throws UsageError */
function assertOwnFolder(folder: string, { force }: InitFlags): void {
  const has = (name: string) => existsSync(join(folder, name));
  if (force || !projectFileNames.some(has) || (has("Pulumi.yaml") && has("infra/index.ts"))) return;
  throw new UsageError(
    `${folder} already contains a Pulumi project. Use queue-seeder in its program (see docs/library.md); or name another folder, such as \`queue-seeder init seeding\`; or replace its files with --force.`,
  );
}

function atTerminal(): Prompter {
  if (process.stdin.isTTY && process.stderr.isTTY) return createPrompter(process.stdin, process.stderr);
  throw new UsageError(
    "there is no terminal to prompt on. Pass --yes, and a flag for each value that differs from the default.",
  );
}

async function collectAnswers(folder: string, flags: InitFlags, prompter: Prompter | undefined): Promise<Answers> {
  const given = answersFromFlags(flags);
  const byDefault = defaultAnswers(folder);
  return prompter === undefined ? { ...byDefault, ...given } : await prompter.answers(given, byDefault);
}

function createFiles(folder: string, answers: Answers): readonly NewFile[] {
  const gitRoot = join(
    folder,
    ...fromGitRoot(folder)
      .split("/")
      .map((part) => (part === "" ? "." : "..")),
  );
  const modules = findInstalled(folder) ?? join(folder, "node_modules");
  const own = decideOwnDependency(listedSource(folder) ?? findOwnSource(ownFolder()), folder);
  try {
    return projectFiles(answers, {
      packageJson: readText(join(folder, "package.json")),
      gitignore: readText(join(folder, ".gitignore")),
      gitattributes: readText(join(folder, ".gitattributes")),
      fromGitRoot: fromGitRoot(folder),
      pipeline: readTemplates(answers.ci),
      editorSettings: readText(join(gitRoot, ".vscode/settings.json")),
      own,
      installedAt: relative(gitRoot, join(modules, importName)).split(sep).join("/"),
    });
  } catch (error) {
    if (error instanceof MergeError) throw new UsageError(error.message);
    throw error;
  }
}

async function decideFile(
  folder: string,
  files: readonly NewFile[],
  { force }: InitFlags,
  prompter: Prompter | undefined,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const file of files) {
    if (file.from !== undefined) {
      outcomes.push({ file, change: decideCopy(file.from, join(folder, file.path)) });
      continue;
    }
    const before = readText(join(folder, file.path));
    if (before === undefined) outcomes.push({ file, change: "created" });
    else if (before === file.text) outcomes.push({ file, change: "same" });
    else if (file.mode === "add") outcomes.push({ file, change: "added to" });
    else if (force || (await prompter?.mayReplace(file.path))) outcomes.push({ file, change: "replaced" });
    else outcomes.push({ file, change: "left" });
  }
  return outcomes;
}

function decideCopy(from: string, to: string): Outcome["change"] {
  if (!existsSync(to)) return "created";
  return hasSameBytes(from, to) ? "same" : "replaced";
}

/** Returns the source that the project's own package.json already names; undefined if it names none that can be used. */
function listedSource(folder: string): OwnSource | undefined {
  try {
    const { dependencies, devDependencies } = JSON.parse(readText(join(folder, "package.json")) ?? "{}");
    const listed = dependencies?.[importName] ?? devDependencies?.[importName];
    if (typeof listed !== "string") return undefined;
    // What only this repository can use, such as `workspace:*`, is kept.
    return parseSpecifier(listed, folder) ?? { kind: "specifier", specifier: listed };
  } catch (error) {
    // `addToPackageJson` reports it.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function readText(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** Returns the folder's path from the root of the Git repository, where pipelines belong; "" if there is no repository. */
function fromGitRoot(folder: string): string {
  for (let up = folder; ; up = dirname(up)) {
    if (existsSync(join(up, ".git"))) return relative(up, folder).split(sep).join("/");
    if (dirname(up) === up) return "";
  }
}
