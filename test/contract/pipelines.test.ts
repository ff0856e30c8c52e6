import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { adaptTemplate, readTemplates } from "../../src/cli/init/pipeline-templates.ts";
import { type ProcessResult, spawnProcess } from "../../src/engine/child-process.ts";
import { parsePage } from "../docs/support/pages.ts";
import { cached, run } from "./cache.ts";

/** The key is newer than this version of actionlint: https://github.blog/changelog/2026-05-07-github-actions-concurrency-groups-now-allow-larger-queues */
const newer = 'unexpected key "queue" for "concurrency" section';
const actionlintVersion = "v1.7.12";
const pages = join(import.meta.dirname, "../../docs/pipelines");
const scratch = mkdtempSync(join(tmpdir(), "pipelines-"));
let bin: string;
let actionlint: string;

beforeAll(async () => {
  const requirements = join(import.meta.dirname, "pipelines/requirements.txt");
  const venv = await cached("pipelines", readFileSync(requirements, "utf8"), async (empty) => {
    await run("python3", ["-m", "venv", empty]);
    await run(join(empty, "bin/python"), ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
  });
  bin = join(venv, "bin");
  const built = await cached("actionlint", actionlintVersion, async (empty) => {
    const env = { ...process.env, GOBIN: empty };
    await run("go", ["install", `github.com/rhysd/actionlint/cmd/actionlint@${actionlintVersion}`], { env });
  });
  actionlint = join(built, "actionlint");
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** Writes a file for the tools to read. @returns its path */
function file(name: string, text: string): string {
  writeFileSync(join(scratch, name), text);
  return join(scratch, name);
}

const tools = {
  /** Checks expressions, contexts, inputs of actions, and the scripts of steps with shellcheck. */
  actionlint: (path: string) =>
    spawnProcess(actionlint, ["-no-color", "-ignore", newer, "-shellcheck", join(bin, "shellcheck"), path]).done,
  actionlintAll: (root: string) =>
    spawnProcess(actionlint, ["-no-color", "-ignore", newer, "-shellcheck", join(bin, "shellcheck")], { cwd: root })
      .done,
  /** Audits workflows, and the action of a repository, for what attackers use. */
  zizmor: (root: string) => {
    const config = join(import.meta.dirname, "pipelines/zizmor.yml");
    const audited = [".github", "action.yml"].map((path) => join(root, path)).filter((path) => existsSync(path));
    return spawnProcess(join(bin, "zizmor"), ["--offline", "--no-progress", "--config", config, ...audited]).done;
  },
  shellcheck: (path: string) => spawnProcess(join(bin, "shellcheck"), ["--shell=bash", path]).done,
  /** Validates against the schemas of SchemaStore and GitLab, which check-jsonschema includes. */
  schema: (of: "github-workflows" | "gitlab-ci" | "buildkite", path: string) =>
    spawnProcess(join(bin, "check-jsonschema"), [
      ...["--builtin-schema", `vendor.${of}`],
      ...(of === "gitlab-ci" ? ["--data-transform", "gitlab-ci"] : []),
      path,
    ]).done,
  groovy: (path: string) =>
    spawnProcess("bash", [
      "-c",
      '"$0" "$1" < "$2"',
      join(bin, "python"),
      join(import.meta.dirname, "pipelines/groovy.py"),
      path,
    ]).done,
};

const fine = ({ code, stdout, stderr }: ProcessResult) => expect(code, stdout + stderr).toBe(0);
const refused = (ran: ProcessResult, why: string) => {
  expect(ran.code).not.toBe(0);
  expect(ran.stdout + ran.stderr).toContain(why);
};

/** The workflows of a team, as init writes them, in a repository of their own. @returns the folder of the repository */
function makeRepository(ci: "github", adaptation: Parameters<typeof adaptTemplate>[1]): string {
  const root = mkdtempSync(join(scratch, "repository-"));
  // actionlint finds the workflows that others call by the root of the repository.
  mkdirSync(join(root, ".git"));
  for (const template of readTemplates(ci)) {
    mkdirSync(dirname(join(root, template.path)), { recursive: true });
    writeFileSync(join(root, template.path), adaptTemplate(template, adaptation).text);
  }
  return root;
}

/** Returns the templates unchanged, and as init writes them for a stack and a folder. */
const files = (ci: "github" | "gitlab") =>
  readTemplates(ci).flatMap((template) => [
    [template.path, template.text] as const,
    [`${template.path}, adapted`, adaptTemplate(template, { stack: "on", folder: "a b/c" }).text] as const,
  ]);

describe.each(files("github"))("%s", (_, text) => {
  it("is a workflow without any finding", async () => {
    const path = file("workflow.yml", text);
    fine(await tools.actionlint(path));
    fine(await tools.schema("github-workflows", path));
  });
});

describe.each(files("gitlab"))("%s", (_, text) => {
  it("is valid against GitLab's schema, and its scripts are sound", async () => {
    fine(await tools.schema("gitlab-ci", file("pipeline.yml", text)));
    for (const job of Object.values<{ script?: string[] }>(parse(text))) {
      fine(await tools.shellcheck(file("script.sh", (job.script ?? []).join("\n"))));
    }
  });
});

it("the shell's pipeline is sound", async () => {
  fine(await spawnProcess("bash", ["-n", join(pages, "shell/messages.sh")]).done);
  fine(await tools.shellcheck(join(pages, "shell/messages.sh")));
});

describe.each([
  ["the workflows that init writes", () => makeRepository("github", { stack: "on", folder: "a b/c" })],
  ["the workflows of this repository", () => join(import.meta.dirname, "../..")],
])("%s", (_, find) => {
  it("have no finding of zizmor or actionlint", async () => {
    const root = find();
    fine(await tools.zizmor(root));
    fine(await tools.actionlintAll(root));
  });
});

describe("the recipes for other platforms", () => {
  const { blocks } = parsePage("other-platforms.md", readFileSync(join(pages, "other-platforms.md"), "utf8"));
  const recipe = (language: string, part: string) => {
    const found = blocks.filter((block) => block.language === language && block.text.includes(part));
    expect(found).toHaveLength(1);
    return found[0]?.text ?? "";
  };

  it("have a pipeline that Buildkite's schema accepts, with sound commands", async () => {
    const text = recipe("yaml", ".buildkite/pipeline.yml");
    fine(await tools.schema("buildkite", file("pipeline.yml", text)));
    refused(
      await tools.schema("buildkite", file("pipeline.yml", text.replace("soft_fail:", "soft_fial:"))),
      "soft_fial",
    );
    const { steps }: { steps: readonly { command?: string }[] } = parse(text);
    for (const { command = "" } of steps) fine(await tools.shellcheck(file("script.sh", command)));
  });

  it("have a Jenkinsfile that parses as Groovy", async () => {
    const text = recipe("groovy", "pipeline {");
    fine(await tools.groovy(file("Jenkinsfile", text)));
    refused(await tools.groovy(file("Jenkinsfile", text.replace("steps {", "steps {{"))), "ERROR");
  });

  it("have a job for Slack that fits into the workflow, and sound shell scripts", async () => {
    const workflow = `${readFileSync(join(pages, "github/messages.yml"), "utf8")}\n${recipe("yaml", "failure()")}`;
    fine(await tools.schema("github-workflows", file("slack.yml", workflow)));
    const root = makeRepository("github", { stack: "dev", folder: "" });
    writeFileSync(join(root, ".github/workflows/messages.yml"), workflow);
    fine(await tools.actionlintAll(root));
    for (const { language, text } of blocks)
      if (language === "sh") fine(await tools.shellcheck(file("script.sh", text)));
  });
});

it("the Dockerfile has no finding of hadolint", async () => {
  fine(await spawnProcess(join(bin, "hadolint"), [join(import.meta.dirname, "../../Dockerfile")]).done);
});

it("errors would be found", async () => {
  const read = (name: string) => readFileSync(join(pages, name), "utf8");
  const workflow = read("github/messages-deploy.yml");
  const broken = (from: string, to: string) => file("broken.yml", workflow.replace(from, to));
  refused(await tools.actionlint(broken("env.STACK }}/", "env.STACK.x }}/")), "receiver of object dereference");
  refused(await tools.actionlint(broken("steps.reviewed.outputs.name", "steps.review.outputs.name")), '"review"');
  refused(await tools.actionlint(broken('--stack "$STACK" --yes', "--stack $STACK --yes")), "SC2086");
  refused(await tools.schema("github-workflows", broken("permissions:", "permission:")), "permission");
  const root = makeRepository("github", { stack: "dev", folder: "" });
  const loose = workflow.replace(/(actions\/checkout)@\S+ # \S+/, "$1@v7");
  writeFileSync(join(root, ".github/workflows/messages-deploy.yml"), loose);
  refused(await tools.zizmor(root), "unpinned-uses");
  refused(await spawnProcess(join(bin, "hadolint"), [file("Dockerfile", "FROM node\nRUN cd /x\n")]).done, "DL3006");
  const pipeline = read("gitlab/messages.gitlab-ci.yml").replace("when: manual", "when: by_hand");
  refused(await tools.schema("gitlab-ci", file("broken.yml", pipeline)), "by_hand");
});
