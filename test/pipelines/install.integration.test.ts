import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { spawnProcess } from "../../src/engine/child-process.ts";
import { temporaryFolder, writeFiles } from "../manifest/support/fixture.ts";
import { readWorkflow } from "./support/workflow.ts";

const pages = join(import.meta.dirname, "../../docs/pipelines");
const workflows = ["plan", "deploy", "drift"].map((name) => readWorkflow(join(pages, `github/messages-${name}.yml`)));
const ofGithub = workflows.flatMap(({ jobs }) =>
  Object.values(jobs).map(({ steps }) => steps.find(({ name }) => name === "Install")?.run ?? ""),
);
const gitlab: { before_script: readonly string[] } = parse(
  readFileSync(join(pages, "gitlab/messages.gitlab-ci.yml"), "utf8"),
)[".messages"];

/** Runs the step that installs packages, with package managers that only print how they were called. */
async function install(script: string, lockFile: string, where: "here" | "above") {
  using folder = temporaryFolder();
  const say = (name: string) => `#!/bin/sh\necho "${name} $*\${YARN_ENABLE_SCRIPTS:+ scripts=$YARN_ENABLE_SCRIPTS}"\n`;
  const managers = ["npm", "corepack", "bun"];
  writeFiles(folder.path, Object.fromEntries(managers.map((name) => [`bin/${name}`, say(name)])));
  for (const name of managers) chmodSync(join(folder.path, "bin", name), 0o755);
  writeFiles(folder.path, { "root/a/package.json": "{}", [where === "here" ? "root/a/x" : "root/x"]: "" });
  writeFiles(folder.path, { [where === "here" ? `root/a/${lockFile}` : `root/${lockFile}`]: "" });
  const root = join(folder.path, "root");
  const paths = join(folder.path, "paths");
  const ran = await spawnProcess("bash", ["-eo", "pipefail", "-c", script], {
    cwd: join(root, "a"),
    env: {
      PATH: `${join(folder.path, "bin")}:/usr/bin:/bin`,
      GITHUB_WORKSPACE: root,
      GITHUB_PATH: paths,
      CI_PROJECT_DIR: root,
      MESSAGES_FOLDER: ".",
    },
  }).done;
  return [ran.code, ran.stdout.trim(), ran.stderr];
}

it("every job of GitHub's workflows installs in the same way", () => {
  expect(ofGithub).toHaveLength(5);
  expect(new Set(ofGithub).size).toBe(1);
});

describe.each([
  ["GitHub", ofGithub[0] ?? ""],
  ["GitLab", gitlab.before_script.join("\n")],
])("%s installs by the lock file, without scripts of packages", (_, script) => {
  it.each([
    ["package-lock.json", "npm ci --ignore-scripts"],
    ["pnpm-lock.yaml", "corepack pnpm install --frozen-lockfile --ignore-scripts"],
    ["yarn.lock", "corepack yarn install --immutable scripts=false"],
  ])("%s", async (lockFile, command) => {
    expect(await install(script, lockFile, "here")).toEqual([0, command, ""]);
    expect(await install(script, lockFile, "above")).toEqual([0, command, ""]);
  });
});

it.each(["bun.lock", "bun.lockb"])("GitHub installs %s too", async (lockFile) => {
  const command = "bun install --frozen-lockfile --ignore-scripts";
  expect(await install(ofGithub[0] ?? "", lockFile, "above")).toEqual([0, command, ""]);
});
