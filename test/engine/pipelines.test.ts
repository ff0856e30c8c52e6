import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { spawnProcess } from "../../src/engine/child-process.ts";
import { runGitlabJob } from "../pipelines/support/gitlab.ts";
import { recipes } from "../pipelines/support/recipes.ts";
import { type RanJob, type Runner, readWorkflow, runWorkflow } from "../pipelines/support/workflow.ts";
import { makePipelineWorld, type PipelineWorld } from "./support/pipelines.ts";
import { outputOf } from "./support/seeder.ts";

const repository = join(import.meta.dirname, "../..");
const minutes = 60_000;

let world: PipelineWorld;
beforeAll(async () => {
  world = await makePipelineWorld();
}, 10 * minutes);
afterAll(() => world[Symbol.asyncDispose]());

const bodies = () => world.emulator.messages("orders").map(({ body }) => body);
const write = (file: string, ...words: readonly string[]) =>
  world.stack.write(
    `messages/${file}.yaml`,
    `queue: orders\nmessages:\n${words.map((each) => `  - body: ${each}\n`).join("")}`,
  );
/** The secrets of a pipeline: the stack's passphrase and the emulator's token. */
const secrets = () => ({
  PULUMI_CONFIG_PASSPHRASE: world.stack.project.env.PULUMI_CONFIG_PASSPHRASE ?? "",
  CLOUDFLARE_API_TOKEN: world.emulator.token,
});
const variables = () => ({ PULUMI_BACKEND_URL: world.stack.project.env.PULUMI_BACKEND_URL ?? "" });

describe("GitHub Actions", () => {
  const caches: string[] = [];
  let runs = 0;

  /** Runs a workflow of the project for an event. The clone contains no files of earlier runs. */
  async function run(
    name: string,
    github: Readonly<Record<string, unknown>>,
    given: Partial<Runner["contexts"]> = {},
  ): Promise<Readonly<Record<string, RanJob>> & { readonly id: string }> {
    const { dir } = world.stack.project;
    for (const left of ["plan.json", "plan.md", "up.ndjson", "reviewed", ".queue-seeder"]) {
      rmSync(join(dir, left), { recursive: true, force: true });
    }
    runs += 1;
    const id = String(runs);
    const jobs = await runWorkflow(readWorkflow(join(dir, `.github/workflows/${name}.yml`)), {
      workspace: dir,
      env: world.runnerEnv,
      stores: { folder: join(world.folder, "stores"), caches },
      apiUrl: world.api.url,
      contexts: {
        github: {
          repository: "shop/seeds",
          server_url: "https://github.example",
          run_id: id,
          run_attempt: "1",
          token: world.api.token,
          ref_name: "main",
          event: { repository: { default_branch: "main" } },
          ...github,
        },
        secrets: secrets(),
        vars: variables(),
        ...given,
        inputs: { stack: "dev", ...given.inputs },
      },
    });
    return Object.assign(jobs as Record<string, RanJob> & { id: string }, { id });
  }
  const pullRequest = (sha: string) => ({
    event_name: "pull_request",
    sha: "merge",
    event: { pull_request: { number: 7, head: { sha } } },
  });
  const push = (sha: string) => ({ event_name: "push", sha });
  const byHand = { event_name: "workflow_dispatch", sha: "any" };
  const outputOfStep = (job: RanJob | undefined, name: string) => {
    const step = job?.steps.find((each) => each.name === name);
    return step === undefined ? "it did not run" : step.stdout + step.stderr;
  };
  /** Adds what GitHub stores about a merged pull request whose plan was kept. */
  function merged(head: string, commit: string, planRun: string): void {
    world.api.pulls.set(commit, [
      { merge_commit_sha: "another", head: { sha: "another" } },
      { merge_commit_sha: commit, head: { sha: head } },
    ]);
    const workflow_run = { id: Number(planRun), repository_id: 1, head_repository_id: 1 };
    const artifact = { name: `plan-dev-${head}`, expired: false, created_at: "2026-01-02T00:00:00Z", workflow_run };
    const forged = { id: 999, repository_id: 1, head_repository_id: 2 };
    world.api.artifacts.push(artifact, { ...artifact, created_at: "2026-01-03T00:00:00Z", workflow_run: forged });
  }

  it(
    "validates with annotations, plans in a comment, deploys the reviewed plan, and then nothing",
    async () => {
      const { api } = world;
      // From a fork: no secrets, no variables, and a read-only token.
      api.refuse = 403;
      const fork = await run("messages-plan", pullRequest("f0"), { secrets: {}, vars: {} });
      expect([fork.validate?.result, fork.plan?.result], outputOfStep(fork.plan, "Plan")).toEqual([
        "success",
        "success",
      ]);
      expect(fork.plan?.summary).toMatch(/\*\*2 messages to push.*without a ledger, because/);
      expect(outputOfStep(fork.plan, "Comment")).toContain("::notice title=No comment::");
      api.refuse = undefined;

      write("orders", "007");
      const wrong = await run("messages-plan", pullRequest("a0"));
      expect(outputOfStep(wrong.validate, "Validate")).toContain(
        "::error file=messages/orders.yaml,line=3,col=11,title=NUMBER_NOT_EXACT::",
      );
      expect([wrong.validate?.result, wrong.plan?.result]).toEqual(["failure", "failure"]);
      expect(api.comments.map(({ body }) => body)).toEqual([expect.stringContaining("NUMBER_NOT_EXACT")]);

      write("orders", "first", "second");
      const planned = await run("messages-plan", pullRequest("a1"));
      expect([planned.validate?.result, planned.plan?.result]).toEqual(["success", "success"]);
      expect(api.comments).toHaveLength(1);
      expect(api.comments[0]?.body).toMatch(/\*\*2 messages to push.*against the stack's ledger/);
      expect(bodies()).toEqual([]);

      merged("a1", "c1", planned.id);
      const deployed = await run("messages-deploy", push("c1"));
      expect(
        deployed.deploy?.result,
        outputOfStep(deployed.deploy, "Deploy") + outputOfStep(deployed.plan, "Plan"),
      ).toBe("success");
      expect(bodies()).toEqual(["first", "second"]);
      expect(outputOfStep(deployed.plan, "Hold the deployment to the plan that was reviewed")).toBe("");
      expect(deployed.plan?.summary).toContain("**2 messages to push");
      expect(outputOfStep(deployed.deploy, "Deploy")).toContain("2 of 2 messages pushed");
      expect(deployed.deploy?.summary).toContain("| `orders` | `orders` | 2 | 0 | 0 |");
      expect(deployed.deploy?.summary).toContain("Everything is pushed.");

      // Nothing is left to push, so no reviewer is asked.
      const idle = await run("messages-deploy", byHand);
      expect([idle.plan?.result, idle.plan?.outputs, idle.deploy]).toEqual(["success", { code: "0" }, undefined]);
      const calm = await run("messages-drift", { event_name: "schedule" });
      expect(calm.status?.result, outputOfStep(calm.status, "Status")).toBe("success");
      write("drift", "merged");
      const drifted = await run("messages-drift", { event_name: "schedule" });
      const status = drifted.status?.steps.find(({ name }) => name === "Status");
      expect(status).toMatchObject({
        code: 2,
        stdout: expect.stringContaining("::error title=Messages are pending::"),
      });
      rmSync(join(world.stack.project.dir, "messages/drift.yaml"));

      // Nothing to push, but the comment is about an older commit.
      await run("messages-plan", pullRequest("a2"));
      expect(api.comments.map(({ body }) => body)).toEqual([expect.stringMatching(/nothing to push.*Planned for a2/s)]);
    },
    10 * minutes,
  );

  it(
    "refuses changes after the review, until a user deploys them by hand, and reports a failure",
    async () => {
      write("later", "third");
      const planned = await run("messages-plan", pullRequest("b1"));
      merged("b1", "c2", planned.id);
      write("later", "third", "slipped-in");
      const before = bodies().length;
      const refused = await run("messages-deploy", push("c2"));
      expect([refused.plan?.result, refused.deploy]).toEqual(["failure", undefined]);
      const hold = refused.plan?.steps.find(({ name }) => name.startsWith("Hold"));
      expect(hold).toMatchObject({ code: 5, stdout: expect.stringContaining("::error title=PLAN_DIFFERS::") });
      expect(bodies()).toHaveLength(before);

      world.emulator.faults.add({ effect: { kind: "error", code: 10207 } });
      const failed = await run("messages-deploy", byHand);
      world.emulator.faults.clear();
      expect([failed.plan?.result, failed.deploy?.result]).toEqual(["success", "failure"]);
      expect(outputOfStep(failed.deploy, "Deploy")).toContain("10207");
      expect(failed.deploy?.summary).toContain("The run failed. Progress is saved.");
      // Only a run that finished normally does not need its journal.
      expect(caches.at(-1)).toBe(`messages-journal-dev/${failed.id}-1`);

      // Started by hand, after a run that was killed.
      const lock = join(variables().PULUMI_BACKEND_URL.replace("file://", ""), ".pulumi/locks/organization/shop/dev");
      mkdirSync(lock, { recursive: true });
      const holder = { pid: 1, username: "runner", hostname: "gone", timestamp: "2026-01-01T00:00:00Z" };
      writeFileSync(join(lock, "0b7dc1f5-2f0f-4f5e-9d6b-0f8a6f0d7a11.json"), JSON.stringify(holder));
      const byPerson = await run("messages-deploy", byHand, { inputs: { unlock: true } });
      const shown = outputOfStep(byPerson.deploy, "Unlock") + outputOfStep(byPerson.deploy, "Deploy");
      expect(byPerson.deploy?.result, shown).toBe("success");
      expect(bodies().slice(before)).toEqual(["third", "slipped-in"]);
      expect(readdirSync(lock)).toEqual([]);
    },
    10 * minutes,
  );
});

describe("GitLab CI", () => {
  const job = (name: string, more: Readonly<Record<string, string>> = {}) => {
    const { dir } = world.stack.project;
    return runGitlabJob(join(dir, ".gitlab-ci.yml"), name, { workspace: dir, env: { ...world.runnerEnv, ...more } });
  };
  const read = (path: string) => readFileSync(join(world.stack.project.dir, path), "utf8");

  it(
    "reports code quality, plans, and deploys by hand",
    async () => {
      write("gitlab", "007");
      const wrong = await job("validate-messages");
      expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining("messages/gitlab.yaml:3:11 error")]);
      expect(JSON.parse(read("gl-code-quality-report.json"))).toMatchObject([
        { check_name: "NUMBER_NOT_EXACT", location: { path: "messages/gitlab.yaml", lines: { begin: 3 } } },
      ]);
      write("gitlab", "fifth");
      expect((await job("validate-messages")).code).toBe(0);
      expect(read("gl-code-quality-report.json")).toBe("[]\n");

      const fork = await job("plan-messages");
      expect([fork.code, fork.stdout], outputOf(fork)).toEqual([
        0,
        expect.stringContaining("without a ledger, because"),
      ]);
      const planned = await job("plan-messages", variables());
      expect([planned.code, read("plan.md")]).toEqual([0, expect.stringContaining("**1 message to push")]);

      const deployed = await job("deploy-messages", { ...variables(), ...secrets() });
      expect(deployed.code, outputOf(deployed)).toBe(0);
      expect(bodies().at(-1)).toBe("fifth");
      // It does not push what was not reviewed.
      write("gitlab", "fifth", "sixth");
      const other = await job("deploy-messages", { ...variables(), ...secrets() });
      expect([other.code, other.stderr]).toEqual([5, expect.stringContaining("PLAN_DIFFERS")]);
      expect(bodies().at(-1)).toBe("fifth");
      write("gitlab", "fifth");
      expect((await job("unlock-messages", variables())).code).toBe(0);
    },
    10 * minutes,
  );
});

describe("the shell's pipeline", () => {
  const script = join(repository, "docs/pipelines/shell/messages.sh");
  const messages = (command: string) =>
    spawnSync(script, [command], {
      cwd: "/",
      env: { ...world.runnerEnv, STACK: "dev", FOLDER: world.stack.project.dir },
      encoding: "utf8",
    });

  // The recipes for other platforms, below, plan and deploy with it.
  it(
    "validates in its folder, with the command's own exit code, and explains its use",
    () => {
      write("shell", "007");
      expect(messages("validate")).toMatchObject({ status: 1, stderr: expect.stringContaining("NUMBER_NOT_EXACT") });
      write("shell", "sixth");
      expect(messages("validate")).toMatchObject({ status: 0 });
      expect(messages("deplyo")).toMatchObject({ status: 64, stderr: expect.stringContaining("Usage:") });
      rmSync(join(world.stack.project.dir, "messages/shell.yaml"));
    },
    10 * minutes,
  );
});

describe("the recipes for other platforms", () => {
  /** Creates the programs of a platform: an npm that installs nothing, and an agent whose artifacts are files in a folder. */
  function makePrograms(): string {
    const bin = join(world.folder, "recipes");
    mkdirSync(bin, { recursive: true });
    const programs = {
      npm: '[ "$*" = "ci --ignore-scripts" ]',
      "buildkite-agent": '[ "$1 $2" = "artifact download" ] && cp "$BUILDKITE_ARTIFACTS/$3" "$4"',
    };
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    }
    return bin;
  }

  it.each(Object.entries(recipes))(
    "push what they planned: %s",
    async (name, steps) => {
      const { dir } = world.stack.project;
      cpSync(join(repository, "docs/pipelines/shell/messages.sh"), join(dir, "ci/messages.sh"));
      write("recipes", `recipe of ${name}`);
      const pushed = () => bodies().filter((body) => body === `recipe of ${name}`).length;
      const artifacts = join(world.folder, "artifacts");
      mkdirSync(artifacts, { recursive: true });
      const bins = [makePrograms(), join(dir, "node_modules/.bin"), world.runnerEnv.PATH];
      const env = {
        ...world.runnerEnv,
        ...variables(),
        ...secrets(),
        PATH: bins.join(delimiter),
        STACK: "dev",
        PLANFILE: join(world.folder, "atlantis.tfplan"),
        BUILDKITE_ARTIFACTS: artifacts,
      };
      for (const { script, code, env: own = {} } of steps()) {
        expect(pushed(), script).toBe(0);
        const journal = "QUEUE_SEEDER_JOURNAL" in own ? { QUEUE_SEEDER_JOURNAL: join(world.folder, "journal") } : {};
        const ran = await spawnProcess("bash", ["-euc", script.replaceAll("prod", "dev")], {
          cwd: dir,
          env: { ...env, ...own, ...journal },
        }).done;
        expect(ran.code, `${script}\n${outputOf(ran)}`).toBe(code);
        // Buildkite uploads the artifacts of a step, and each step has a checkout of its own.
        if (name === "Buildkite" && code === 2) renameSync(join(dir, "plan.json"), join(artifacts, "plan.json"));
      }
      expect(pushed()).toBe(1);
    },
    10 * minutes,
  );
});
