import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { UsageError } from "../../usage-error.ts";
import { withDisposable } from "../../with-disposable.ts";
import { version } from "../shared/version.ts";
import { type Answers, defaults, fromFlags } from "./answers.ts";
import { type Person, personAt } from "./ask.ts";
import { type NewFile, projectFiles } from "./files.ts";
import type { InitFlags } from "./flags.ts";
import { MergeError } from "./merge.ts";
import { readTemplates } from "./pipelines.ts";
import { type Outcome, report } from "./report.ts";

/**
 * Writes a project into a folder, and says what it wrote. Everything is asked and decided before the first file is written.
 *
 * @param path of the folder, as it was given
 * @throws UsageError
 */
export async function init(path: string, flags: InitFlags): Promise<void> {
  const folder = resolve(path);
  refuseForeign(folder, flags);
  const write = (person: Person | undefined) => writeProject(path, folder, flags, person);
  return flags.yes ? write(undefined) : withDisposable(atTerminal(), write);
}

async function writeProject(path: string, folder: string, flags: InitFlags, person: Person | undefined): Promise<void> {
  const answers = await answersOf(folder, flags, person);
  const outcomes = await decide(folder, filesFor(folder, answers), flags, person);
  for (const { file, what } of outcomes) {
    if (what === "left" || what === "same") continue;
    const target = join(folder, file.path);
    mkdirSync(dirname(target), { recursive: true });
    // Never through a file that came in the meantime.
    writeFileSync(target, file.text, { flag: what === "created" ? "wx" : "w" });
  }
  process.stderr.write(report(path, answers, outcomes));
}

/** In which Pulumi looks for a project. */
const projectFileNames = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];

/** A Pulumi project that init did not make would be left half one thing and half the other. */
function refuseForeign(folder: string, { force }: InitFlags): void {
  const has = (name: string) => existsSync(join(folder, name));
  if (force || !projectFileNames.some(has) || (has("Pulumi.yaml") && has("infra/index.ts"))) return;
  throw new UsageError(
    `there is a Pulumi project in ${folder} already. Use queue-seeder in its program, as docs/library.md says; or name a folder of its own, such as \`queue-seeder init seeding\`; or replace its files with --force.`,
  );
}

function atTerminal(): Person {
  if (process.stdin.isTTY && process.stderr.isTTY) return personAt(process.stdin, process.stderr);
  throw new UsageError("there is no terminal to ask at. Pass --yes, and flags for what should not be the default.");
}

async function answersOf(folder: string, flags: InitFlags, person: Person | undefined): Promise<Answers> {
  const given = fromFlags(flags);
  const byDefault = defaults(folder);
  return person === undefined ? { ...byDefault, ...given } : await person.answers(given, byDefault);
}

function filesFor(folder: string, answers: Answers): readonly NewFile[] {
  try {
    return projectFiles(answers, {
      packageJson: textOf(join(folder, "package.json")),
      gitignore: textOf(join(folder, ".gitignore")),
      gitattributes: textOf(join(folder, ".gitattributes")),
      fromGitRoot: fromGitRoot(folder),
      pipeline: readTemplates(answers.ci),
      version: version(),
    });
  } catch (error) {
    if (error instanceof MergeError) throw new UsageError(error.message);
    throw error;
  }
}

async function decide(
  folder: string,
  files: readonly NewFile[],
  { force }: InitFlags,
  person: Person | undefined,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const file of files) {
    const before = textOf(join(folder, file.path));
    if (before === undefined) outcomes.push({ file, what: "created" });
    else if (before === file.text) outcomes.push({ file, what: "same" });
    else if (file.mode === "add") outcomes.push({ file, what: "added to" });
    else if (force || (await person?.mayReplace(file.path))) outcomes.push({ file, what: "replaced" });
    else outcomes.push({ file, what: "left" });
  }
  return outcomes;
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** Pipelines belong into the root of the repository. */
function fromGitRoot(folder: string): string {
  for (let up = folder; ; up = dirname(up)) {
    if (existsSync(join(up, ".git"))) return relative(up, folder).split(sep).join("/");
    if (dirname(up) === up) return "";
  }
}
