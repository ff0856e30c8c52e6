import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { problemsWith } from "../cli/schema.ts";
import { cli } from "./support/cli.ts";
import { makeSeeder, outputOf, type Seeder, succeeded } from "./support/seeder.ts";

const manifest = (...bodies: readonly (string | number)[]) =>
  `queue: orders\nmessages:\n${bodies.map((body) => `  - body: ${body}\n`).join("")}`;
const rows = (count: number) => Array.from({ length: count }, (_, n) => `{"row":${n}}\n`).join("");

interface Load {
  readonly messages: number;
  readonly requests: number;
  readonly bytes: number;
}

/** Returns the plan as a pipeline reads it, validated against its schema. */
async function planOf({ stack }: Seeder, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const run = await cli(stack.project, ["plan", "--stack", "test", "--format", "json", ...args], env);
  const plan = JSON.parse(run.stdout || "null") as {
    readonly digest: string;
    readonly changes: boolean;
    readonly refused: boolean;
    readonly total: Load;
    readonly base: { readonly kind: string; readonly code?: string; readonly reason?: string };
    readonly manifests: readonly { readonly name: string; readonly push: Load; readonly inDoubt: number }[];
  };
  expect(problemsWith("plan", plan), outputOf(run)).toEqual([]);
  return { ...plan, code: run.code };
}

/** Plans, runs plain `pulumi up`, and compares the plan with what arrived. */
async function planAndPush(seeder: Seeder) {
  const plan = await planOf(seeder, ["--detailed-exitcode"]);
  expect(plan.code).toBe(plan.changes ? 2 : 0);
  const before = seeder.pushes().length;
  succeeded(await seeder.stack.up());
  const pushes = seeder.pushes().slice(before);
  expect({ messages: pushes.reduce((sum, n) => sum + n, 0), requests: pushes.length }).toEqual({
    messages: plan.total.messages,
    requests: plan.total.requests,
  });
  return plan;
}

it("predicts what `pulumi up` pushes: new, added, removed, appended, unchanged and edited messages and rows", async () => {
  await using seeder = await makeSeeder({
    messages: {
      "d.yaml": "queue: orders\nsource: { file: d.ndjson }\n",
      "d.ndjson": rows(5_050),
      "a.yaml": manifest(...Array.from({ length: 101 }, (_, n) => n)),
      "b.yaml": "queue: orders\npush: every_deploy\nmessages:\n  - id: x\n    body: 1\n",
    },
  });
  expect(await planAndPush(seeder)).toMatchObject({ total: { messages: 5_152, requests: 54 }, changes: true });
  seeder.write("b.yaml", "queue: orders\nmessages:\n  - id: x\n    body: 1\n");
  seeder.write("a.yaml", manifest(...Array.from({ length: 50 }, (_, n) => n), "one", "two"));
  seeder.write("d.ndjson", rows(5_250));
  const added = await planAndPush(seeder);
  expect(added).toMatchObject({ total: { messages: 202, requests: 3 } });
  expect(added.manifests.find(({ name }) => name === "a")).toMatchObject({ push: { messages: 2, bytes: 10 } });
  const quiet = await cli(seeder.stack.project, ["plan", "--stack", "test", "--detailed-exitcode"]);
  expect([quiet.code, quiet.stderr]).toEqual([0, ""]);

  seeder.write("b.yaml", "queue: orders\nmessages:\n  - id: x\n    body: 2\n");
  expect(await planOf(seeder)).toMatchObject({ refused: true, code: 1, total: { messages: 0 } });
  seeder.write("b.yaml", "queue: orders\nmessages:\n  - id: x\n    body: 1\n");
  for (const edited of [rows(5_250).replace('"row":7}', '"row":-7}'), rows(5_000)]) {
    seeder.write("d.ndjson", edited);
    expect(await planOf(seeder, ["--no-preview"])).toMatchObject({ refused: true, code: 1 });
  }
});

it("reports messages in doubt, and whether they are sent again", async () => {
  const stop = manifest(1).replace("queue", "in_doubt: stop\nqueue");
  await using seeder = await makeSeeder({ messages: { "a.yaml": stop } });
  seeder.emulator.faults.add({ match: { route: "push" }, effect: { kind: "lost", when: "after" } });
  expect((await seeder.stack.up()).code).not.toBe(0);
  seeder.emulator.faults.clear();
  expect(await planOf(seeder, ["--no-preview"])).toMatchObject({
    total: { messages: 0 },
    changes: true,
    manifests: [{ held: 1 }],
  });
  seeder.write("a.yaml", manifest(1));
  expect(await planAndPush(seeder)).toMatchObject({ manifests: [{ inDoubt: 1, push: { messages: 1 } }] });
});

it("plans without a ledger if there is no login or no stack, and says why; a file has the same digest as with Pulumi's preview", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest(1, 2) }, passphrase: true });
  const { stack } = seeder;
  const { project } = stack;
  const previewed = await planOf(seeder, ["--out", "plan.json"]);
  expect(previewed.base).toEqual({ kind: "ledger" });
  expect(JSON.parse(readFileSync(join(project.dir, "plan.json"), "utf8"))).toMatchObject({
    kind: "plan",
    digest: previewed.digest,
  });
  seeder.write("a.yaml", "# the same\nmessages: [{ body:   1 }, { body: 2 }]\nqueue: 'orders'\n");
  succeeded(await stack.up());
  // Reading the state does not require the passphrase.
  const unlocked = await planOf(seeder, [], { PULUMI_CONFIG_PASSPHRASE: "" });
  expect(unlocked).toMatchObject({ base: { kind: "ledger" }, total: { messages: 0 } });
  const alone = { PULUMI_BACKEND_URL: "" };
  expect(await planOf(seeder, [], alone)).toMatchObject({
    base: { kind: "nothing", code: "no_login" },
    total: { messages: 2 },
    digest: previewed.digest,
  });
  const text = await cli(project, ["plan", "--stack", "test"], alone);
  expect(text.stdout).toContain("without a ledger, because PULUMI_ACCESS_TOKEN must be set for login");
  stack.write("Pulumi.other.yaml", readFileSync(join(project.dir, "Pulumi.test.yaml"), "utf8"));
  const other = await cli(project, ["plan", "--stack", "other", "--format", "json"]);
  expect(JSON.parse(succeeded(other).stdout)).toMatchObject({
    base: { code: "no_stack", reason: "no stack named 'other' found" },
  });
});

it("keeps secrets out of every format, and writes annotations for GitHub", async () => {
  const secret = "correct-horse-battery";
  await using seeder = await makeSeeder({
    messages: {
      "a.yaml": `queue: orders\nenv: [DEPLOY_TOKEN]\nmessages:\n  - body: "\${secret.pass} \${env.DEPLOY_TOKEN}"\n`,
    },
  });
  const { stack, emulator } = seeder;
  await stack.setConfig({ "queue-seeder:pass": { secret } });
  const summary = join(stack.project.dir, "summary.md");
  const env = { GITHUB_STEP_SUMMARY: summary, DEPLOY_TOKEN: "hush-hush" };
  // The formats show the same plan. What the preview adds to it is the same in all of them.
  const formats = { text: ["--no-preview"], json: [], markdown: ["--no-preview"], github: ["--no-preview"] };
  for (const [format, flags] of Object.entries(formats)) {
    const args = ["plan", "--stack", "test", "--format", format, "--out", "plan.json", ...flags];
    const run = await cli(stack.project, args, env);
    succeeded(run);
    const all = outputOf(run) + readFileSync(join(stack.project.dir, "plan.json"), "utf8");
    expect([secret, "hush-hush", emulator.token].filter((each) => all.includes(each))).toEqual([]);
    if (format !== "github") expect(run.stdout).toContain("${secret.pass} ${env.DEPLOY_TOKEN}");
    else expect(run.stdout).toMatch(/^::notice title=Plan for test::1 message to push/);
  }
  expect(readFileSync(summary, "utf8")).toContain("<!-- queue-seeder plan: queue-seeder/test -->");
});

it("reports the manifests' errors instead", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": "queue: orders\nmessages:\n  - body: 007\n" } });
  const { project } = seeder.stack;
  const text = await cli(project, ["plan", "--stack", "test"]);
  expect([text.code, text.stdout]).toEqual([1, ""]);
  expect(text.stderr).toContain("messages/a.yaml:3:11 error NUMBER_NOT_EXACT");
  const github = await cli(project, ["plan", "--stack", "test", "--format", "github", "--no-preview"]);
  expect(github.stdout).toContain("::error file=messages/a.yaml,line=3,col=11,title=NUMBER_NOT_EXACT::");
  expect((await cli(project, ["plan", "--stack", "tset"])).code).toBe(64);
});
