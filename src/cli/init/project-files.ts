import { stringify } from "yaml";
import type { NamedQueue } from "../shared/options.ts";
import type { Answers } from "./answers.ts";
import { addToEditorSettings, addToGitattributes, addToGitignore, addToPackageJson } from "./merge-files.ts";
import { adaptTemplate, type Template } from "./pipeline-templates.ts";
import type { OwnDependency } from "./vendor.ts";

/** The state of the folder before `init`. */
export interface ProjectState {
  /** Texts of the files that `init` extends; undefined if a file does not exist. */
  readonly packageJson: string | undefined;
  readonly gitignore: string | undefined;
  readonly gitattributes: string | undefined;
  /** Path of the project's folder from the root of the Git repository; "" if they are the same or there is none. */
  readonly fromGitRoot: string;
  /** Files of the selected pipeline. */
  readonly pipeline: readonly Template[];
  /** Text of .vscode/settings.json in the root of the repository; undefined if it does not exist. */
  readonly editorSettings: string | undefined;
  /** How the project depends on queue-seeder. */
  readonly own: OwnDependency;
  /** Path of the installed package from the root of the repository. */
  readonly installedAt: string;
}

/** A file of the new project. */
export interface NewFile {
  /** Path relative to the project's folder. */
  readonly path: string;
  readonly text: string;
  /** `add`: the text contains everything that the existing file contains, so overwriting it loses nothing. */
  readonly mode: "create" | "add";
  /** Absolute path of a file to copy instead of writing `text`. */
  readonly from?: string;
}

/** Generates the files of a new project. Pure. @throws MergeError if an existing file cannot be extended */
export function projectFiles(answers: Answers, state: ProjectState): readonly NewFile[] {
  // The Cloudflare provider creates queues, and deploys the Worker.
  const provisions = answers.transport === "worker" || answers.queues.some(({ id }) => id === undefined);
  const packageJson = addToPackageJson(state.packageJson, { ...answers, provisions, specifier: state.own.specifier });
  const { fromGitRoot: folder, pipeline } = state;
  const toGitRoot = folder === "" ? "" : "../".repeat(folder.split("/").length);
  return [
    create("Pulumi.yaml", pulumiYaml(answers)),
    create(`Pulumi.${answers.stack}.yaml`, stackYaml(answers)),
    { path: "package.json", text: packageJson.text, mode: "add" },
    create("infra/index.ts", indexTs),
    create("infra/tsconfig.json", json(tsconfig)),
    // The program is an ES module, whatever module system the repository uses.
    ...(packageJson.type === "module" ? [] : [create("infra/package.json", json({ private: true, type: "module" }))]),
    ...answers.queues.map((queue) => create(`messages/${queue.name}.yaml`, manifestYaml(queue))),
    ...(state.own.vendored === undefined ? [] : [{ ...state.own.vendored, text: "", mode: "add" as const }]),
    {
      path: `${toGitRoot}.vscode/settings.json`,
      text: addToEditorSettings(
        state.editorSettings,
        `./${state.installedAt}/messages/manifest.schema.json`,
        `${folder === "" ? "" : `${folder}/`}messages/**/*.{yaml,yml}`,
      ),
      mode: "add",
    },
    { path: ".gitignore", text: addToGitignore(state.gitignore), mode: "add" },
    { path: ".gitattributes", text: addToGitattributes(state.gitattributes), mode: "add" },
    ...pipeline
      .map((template) => adaptTemplate(template, { stack: answers.stack, folder }))
      .map(({ path, text }) => create(`${toGitRoot}${path}`, text)),
  ];
}

function create(path: string, text: string): NewFile {
  return { path, text, mode: "create" };
}

const indexTs = `import { join } from "node:path";
import { runProgram } from "queue-seeder";

// Reads messages/, checks everything, and registers what pushes it. You can add your own resources here.
const outputs = await runProgram(join(import.meta.dirname, ".."));

export const manifests = outputs.manifests;
export const queues = outputs.queues;
`;

/** For editors and `tsc`; Node runs the program without a build. */
const tsconfig = {
  compilerOptions: {
    target: "es2024",
    module: "nodenext",
    types: ["node"],
    noEmit: true,
    strict: true,
    erasableSyntaxOnly: true,
    skipLibCheck: true,
  },
  include: ["*.ts"],
};

function pulumiYaml({ name }: Answers): string {
  return `${yaml({ name, description: "Messages for Cloudflare Queues, kept in Git and pushed once.", main: "infra/index.ts" })}runtime:
  name: nodejs
  options:
    # Node runs TypeScript by itself; ts-node would only slow every run down.
    typescript: false
    # Starts the program faster and in less memory.
    nodeargs: --max-semi-space-size=8 --require queue-seeder/preload
`;
}

function stackYaml({ account, queues, transport }: Answers): string {
  const config = {
    ...(account === undefined ? {} : { "queue-seeder:accountId": account }),
    ...(transport === "rest" ? {} : { "queue-seeder:transport": transport }),
    "queue-seeder:queues": Object.fromEntries(
      queues.map(({ name, id }) => [name, id === undefined ? { create: true } : { id }]),
    ),
  };
  return yaml({ config });
}

function manifestYaml({ name }: NamedQueue): string {
  return `# Each message is pushed once per stack. Replace them with your own.
${yaml({ queue: name })}messages:
  - id: sample-1
    body: { type: sample, number: 1, stack: "\${stack}" }
  - id: sample-2
    body: plain words
    content_type: text
    delay_seconds: 60
`;
}

function yaml(value: object): string {
  return stringify(value, { lineWidth: 0, compat: "yaml-1.1" });
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
