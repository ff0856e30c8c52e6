import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { adaptTemplate, readTemplates } from "../../src/cli/init/pipeline-templates.ts";
import { type ProcessResult, spawnProcess } from "../../src/engine/child-process.ts";
import { cached, run } from "./cache.ts";

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
    spawnProcess(actionlint, ["-no-color", "-shellcheck", join(bin, "shellcheck"), path]).done,
  shellcheck: (path: string) => spawnProcess(join(bin, "shellcheck"), ["--shell=bash", path]).done,
  /** Validates against the schemas of SchemaStore and GitLab, which check-jsonschema includes. */
  schema: (of: "github-workflows" | "gitlab-ci", path: string) =>
    spawnProcess(join(bin, "check-jsonschema"), [
      ...["--builtin-schema", `vendor.${of}`],
      ...(of === "gitlab-ci" ? ["--data-transform", "gitlab-ci"] : []),
      path,
    ]).done,
};

const fine = ({ code, stdout, stderr }: ProcessResult) => expect(code, stdout + stderr).toBe(0);
const refused = (ran: ProcessResult, why: string) => {
  expect(ran.code).not.toBe(0);
  expect(ran.stdout + ran.stderr).toContain(why);
};

/** Returns the templates unchanged, and as init writes them for a stack and a folder. */
const files = (ci: "github" | "gitlab") =>
  readTemplates(ci).flatMap((template) => [
    [template.path, template.text] as const,
    [`${template.path}, adapted`, adaptTemplate(template, { stack: "on", folder: "a b/c" }).text] as const,
  ]);

describe.each(files("github"))("%s", (_, text) => {
  it("is a workflow without anything to complain of", async () => {
    const path = file("workflow.yml", text);
    fine(await tools.actionlint(path));
    fine(await tools.schema("github-workflows", path));
  });
});

describe.each(files("gitlab"))("%s", (_, text) => {
  it("is what GitLab's schema asks for, and its scripts are sound", async () => {
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

it("what is wrong would be seen", async () => {
  const read = (name: string) => readFileSync(join(pages, name), "utf8");
  const workflow = read("github/messages-deploy.yml");
  const broken = (from: string, to: string) => file("broken.yml", workflow.replace(from, to));
  refused(await tools.actionlint(broken("env.STACK }}/", "env.STACK.x }}/")), "receiver of object dereference");
  refused(await tools.actionlint(broken("steps.reviewed.outputs.name", "steps.review.outputs.name")), '"review"');
  refused(await tools.actionlint(broken('--stack "$STACK" --yes', "--stack $STACK --yes")), "SC2086");
  refused(await tools.schema("github-workflows", broken("permissions:", "permission:")), "permission");
  const pipeline = read("gitlab/messages.gitlab-ci.yml").replace("when: manual", "when: by_hand");
  refused(await tools.schema("gitlab-ci", file("broken.yml", pipeline)), "by_hand");
});
