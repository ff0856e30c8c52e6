import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { problemsWith } from "../cli/schema.ts";
import { cli } from "./support/cli.ts";
import { makeSeeder, type Seeder, said, succeeded } from "./support/seeder.ts";

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
  expect(problemsWith("plan", plan), said(run)).toEqual([]);
  return { ...plan, code: run.code };
}

/** Plans, runs plain `pulumi up`, and compares the plan with what arrived. */
async function planAndPush(seeder: Seeder): Promise<Load & { readonly changes: boolean }> {
  const plan = await planOf(seeder, ["--detailed-exitcode"]);
  expect(plan.code).toBe(plan.changes ? 2 : 0);
  const before = seeder.pushes().length;
  succeeded(await seeder.stack.up());
  const pushes = seeder.pushes().slice(before);
  expect({ messages: pushes.reduce((sum, n) => sum + n, 0), requests: pushes.length }).toEqual({
    messages: plan.total.messages,
    requests: plan.total.requests,
  });
  return { ...plan.total, changes: plan.changes };
}

it("says of messages what `pulumi up` then pushes: at first, unchanged, added, removed, edited", async () => {
  await using seeder = await makeSeeder({
    messages: {
      "a.yaml": manifest(...Array.from({ length: 101 }, (_, n) => n)),
      "b.yaml": "queue: orders\npush: every_deploy\nmessages:\n  - id: x\n    body: 1\n",
    },
  });
  expect(await planAndPush(seeder)).toMatchObject({ messages: 102, requests: 3, changes: true });
  seeder.write("b.yaml", "queue: orders\nmessages:\n  - id: x\n    body: 1\n");
  expect(await planAndPush(seeder)).toMatchObject({ messages: 0, requests: 0, changes: false });

  seeder.write("a.yaml", manifest(...Array.from({ length: 50 }, (_, n) => n), "one", "two"));
  expect(await planAndPush(seeder)).toMatchObject({ messages: 2, requests: 1, bytes: 10, changes: true });
  const quiet = await cli(seeder.stack.project, ["plan", "--stack", "test", "--detailed-exitcode"]);
  expect([quiet.code, quiet.stderr]).toEqual([0, ""]);

  seeder.write("b.yaml", "queue: orders\nmessages:\n  - id: x\n    body: 2\n");
  expect(await planOf(seeder)).toMatchObject({ refused: true, code: 1, total: { messages: 0 } });
});

it("says of a data file what `pulumi up` then pushes: at first, unchanged, appended, edited", async () => {
  await using seeder = await makeSeeder({
    messages: { "a.yaml": "queue: orders\nsource: { file: a.ndjson }\n", "a.ndjson": rows(5_050) },
  });
  expect(await planAndPush(seeder)).toMatchObject({ messages: 5_050, requests: 51 });
  seeder.write("a.ndjson", rows(5_250));
  expect(await planAndPush(seeder)).toMatchObject({ messages: 200, requests: 2 });
  expect(await planAndPush(seeder)).toMatchObject({ messages: 0, changes: false });

  seeder.write("a.ndjson", rows(5_250).replace('"row":7}', '"row":-7}'));
  expect(await planOf(seeder)).toMatchObject({ refused: true, code: 1 });
  seeder.write("a.ndjson", rows(5_000));
  expect(await planOf(seeder)).toMatchObject({ refused: true, code: 1 });
});

it("reports what is in doubt, and whether it is sent again", async () => {
  const stop = manifest(1).replace("queue", "in_doubt: stop\nqueue");
  await using seeder = await makeSeeder({ messages: { "a.yaml": stop } });
  seeder.emulator.faults.add({ match: { route: "push" }, effect: { kind: "lost", when: "after" } });
  expect((await seeder.stack.up()).code).not.toBe(0);
  seeder.emulator.faults.clear();
  expect(await planOf(seeder)).toMatchObject({ total: { messages: 0 }, changes: true, manifests: [{ held: 1 }] });
  seeder.write("a.yaml", manifest(1));
  expect((await planOf(seeder)).manifests).toMatchObject([{ inDoubt: 1, push: { messages: 1 } }]);
  expect(await planAndPush(seeder)).toMatchObject({ messages: 1 });
});

it("has a digest that no layout, machine or other message changes, and writes it to a file", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest(1, 2) } });
  const { dir } = seeder.stack.project;
  const first = await planOf(seeder, ["--out", "plan.json"]);
  expect(JSON.parse(readFileSync(join(dir, "plan.json"), "utf8"))).toMatchObject({
    kind: "plan",
    digest: first.digest,
  });
  seeder.write("a.yaml", "# the same\nmessages: [{ body:   1 }, { body: 2 }]\nqueue: 'orders'\n");
  // Without a login, the plan is made from the files alone.
  const alone = { PULUMI_BACKEND_URL: "" };
  expect((await planOf(seeder, [], alone)).digest).toBe(first.digest);
  seeder.write("a.yaml", manifest(1, 3));
  expect((await planOf(seeder, [], alone)).digest).not.toBe(first.digest);
});

it("plans from nothing where there is no login, no stack or no engine, and says why", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest(1) } });
  const { stack } = seeder;
  const { project } = stack;
  const from = async (stack: string, env: Record<string, string>) => {
    const run = await cli(project, ["plan", "--stack", stack, "--format", "json"], env);
    expect(run.code, said(run)).toBe(0);
    return JSON.parse(run.stdout);
  };
  succeeded(await stack.up());
  expect(await from("test", {})).toMatchObject({ base: { kind: "ledger" }, total: { messages: 0 } });
  // Reading the state does not require the passphrase.
  expect(await from("test", { PULUMI_CONFIG_PASSPHRASE: "" })).toMatchObject({ base: { kind: "ledger" } });
  expect(await from("test", { PULUMI_BACKEND_URL: "" })).toMatchObject({
    base: { kind: "nothing", code: "no_login" },
    total: { messages: 1 },
  });
  stack.write("Pulumi.other.yaml", readFileSync(join(project.dir, "Pulumi.test.yaml"), "utf8"));
  expect(await from("other", {})).toMatchObject({ base: { code: "no_stack", reason: "no stack named 'other' found" } });
  const text = await cli(project, ["plan", "--stack", "test"], { PULUMI_BACKEND_URL: "" });
  expect(text.stdout).toContain("from nothing, since PULUMI_ACCESS_TOKEN must be set for login");
});

it("keeps secrets out of every format, and writes what GitHub shows", async () => {
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
  const formats = { text: ["--no-preview"], json: [], markdown: ["--no-preview"], github: [] };
  for (const [format, flags] of Object.entries(formats)) {
    const args = ["plan", "--stack", "test", "--format", format, "--out", "plan.json", ...flags];
    const run = await cli(stack.project, args, env);
    succeeded(run);
    const all = said(run) + readFileSync(join(stack.project.dir, "plan.json"), "utf8");
    expect([secret, "hush-hush", emulator.token].filter((each) => all.includes(each))).toEqual([]);
    if (format !== "github") expect(run.stdout).toContain("${secret.pass} ${env.DEPLOY_TOKEN}");
    else expect(run.stdout).toMatch(/^::notice title=Plan for test::1 message to push/);
  }
  expect(readFileSync(summary, "utf8")).toContain("<!-- queue-seeder plan: queue-seeder/test -->");
});

it("reports what is wrong with the manifests instead", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": "queue: orders\nmessages:\n  - body: 007\n" } });
  const { project } = seeder.stack;
  const text = await cli(project, ["plan", "--stack", "test"]);
  expect([text.code, text.stdout]).toEqual([1, ""]);
  expect(text.stderr).toContain("messages/a.yaml:3:11 error NUMBER_NOT_EXACT");
  const github = await cli(project, ["plan", "--stack", "test", "--format", "github"]);
  expect(github.stdout).toContain("::error file=messages/a.yaml,line=3,col=11,title=NUMBER_NOT_EXACT::");
  expect((await cli(project, ["plan", "--stack", "tset"])).code).toBe(64);
});
