import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { expect, it } from "vitest";
import { findEngine } from "../../src/engine/find-engine.ts";
import { emptyRequest, encodeRequest, requestEnv } from "../../src/lifecycle/protocol/request.ts";
import { problemsWith } from "../cli/schema.ts";
import { atTerminal, cli, startCli, waitForOutput } from "./support/cli.ts";
import { makeSeeder, outputOf, type Seeder, succeeded, waitLongForAnswers } from "./support/seeder.ts";

const manifest = (...bodies: readonly (string | number)[]) =>
  `queue: orders\nmessages:\n${bodies.map((body) => `  - body: ${body}\n`).join("")}`;
const many = (count: number) => manifest(...Array.from({ length: count }, (_, n) => n));

interface Line {
  readonly kind: string;
  readonly exit?: number;
  readonly total?: unknown;
  readonly [key: string]: unknown;
}

/** Runs `up --format json`, and validates each of its lines against the schema. */
async function upJson({ stack }: Seeder, args: readonly string[] = [], env: Record<string, string> = {}) {
  const run = await cli(stack.project, ["up", "--stack", "test", "--yes", "--format", "json", ...args], env);
  const lines: Line[] = run.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  for (const line of lines) expect(problemsWith("up", line), JSON.stringify(line)).toEqual([]);
  const end = lines.at(-1);
  expect(end, outputOf(run)).toMatchObject({ kind: "result", exit: run.code });
  return { run, lines, end, code: run.code };
}

it("pushes what it planned, reports it as JSON, and pushes nothing if messages were edited or manifests have errors", async () => {
  const named = (body: string) => `queue: orders\nmessages:\n  - { id: words, body: ${body} }\n`;
  await using seeder = await makeSeeder({ messages: { "a.yaml": many(250), "b.yaml": named("words") } });
  const { lines, end, code, run } = await upJson(seeder);
  expect([code, run.stderr]).toEqual([0, ""]);
  expect(lines.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["plan", "started", "progress", "result"]));
  expect(lines.filter(({ kind }) => kind === "progress").at(-1)).toMatchObject({ pushed: 251, planned: 251 });
  expect(end).toMatchObject({
    total: { pushed: 251, requests: 4, inDoubt: 0, notSent: 0 },
    manifests: [
      { name: "a", pushed: 250, requests: 3 },
      { name: "b", pushed: 1, requests: 1 },
    ],
    // Two segments push in parallel, and either may have read the metrics last.
    queues: [{ name: "orders", metrics: { backlog_count: expect.toSatisfy((n: number) => n > 0 && n <= 251) } }],
  });
  expect(seeder.pushes().toSorted()).toEqual([1, 100, 100, 50]);

  // report.test.ts has a plain `pulumi up` afterwards, and init.test.ts a run with nothing to push.
  seeder.write("b.yaml", named("others"));
  seeder.write("c.yaml", manifest(3));
  const edited = await upJson(seeder);
  expect([edited.code, edited.lines.at(-2)]).toEqual([1, expect.objectContaining({ kind: "notice" })]);
  seeder.write("b.yaml", named("007"));
  const broken = await upJson(seeder);
  expect([broken.code, broken.run.stderr]).toEqual([1, expect.stringContaining("NUMBER_NOT_EXACT")]);
  expect(seeder.pushes()).toHaveLength(4);
});

it("requires --yes without a terminal, and changes nothing without it", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest(1) } });
  const run = await cli(seeder.stack.project, ["up", "--stack", "test"]);
  expect([run.code, run.stderr]).toEqual([2, expect.stringContaining("Pass --yes")]);
  const missing = await upJson(seeder, ["--run-file", "run.json"], { PULUMI_BACKEND_URL: "" });
  expect([missing.code, missing.run.stderr]).toEqual([1, expect.stringContaining("Run `pulumi login`")]);
  const record = JSON.parse(readFileSync(join(seeder.stack.project.dir, "run.json"), "utf8"));
  expect(problemsWith("run", record)).toEqual([]);
  expect(record).toMatchObject({ exit: 1, plan: null, total: null });
  writeFileSync(join(seeder.stack.project.dir, "../state/.pulumi/stacks/queue-seeder/test.json.attrs"), "");
  const cut = await upJson(seeder);
  expect([cut.code, cut.run.stderr]).toEqual([
    1,
    expect.stringMatching(/failed to load checkpoint: EOF.*failures\.md/),
  ]);
  expect(seeder.emulator.requests).toHaveLength(0);
});

it("plans from the files alone with a wrong passphrase, and then asks nothing and pushes nothing", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest(1) }, passphrase: true });
  const { project } = seeder.stack;
  const env = { PULUMI_CONFIG_PASSPHRASE: "wrong" };
  const plan = await cli(project, ["plan", "--stack", "test"], env);
  expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining("Pulumi's preview failed")]);
  expect(plan.stdout).toContain("1 message to push");
  const wrong = await upJson(seeder, ["--run-file", "run.json"], env);
  expect([wrong.code, wrong.lines.at(-2)]).toEqual([
    1,
    expect.objectContaining({ kind: "notice", message: expect.stringContaining("incorrect passphrase") }),
  ]);
  expect(wrong.lines.map(({ kind }) => kind)).not.toContain("started");
  expect(JSON.parse(readFileSync(join(project.dir, "run.json"), "utf8"))).toMatchObject({ exit: 1 });
  expect(seeder.emulator.requests).toHaveLength(0);
});

it("refuses any plan but the one that --expect names, and finishes that one after a failure", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": many(300) } });
  const { project } = seeder.stack;
  succeeded(await cli(project, ["plan", "--stack", "test", "--out", "plan.json"]));
  const elsewhere = { CLOUDFLARE_BASE_URL: seeder.emulator.baseUrl.replace("127.0.0.1", "127.0.0.2") };
  const other = await upJson(seeder, ["--expect", "plan.json"], elsewhere);
  expect([other.code, other.lines.at(-2)]).toEqual([
    5,
    expect.objectContaining({ kind: "notice", message: expect.stringContaining("PLAN_DIFFERS: nothing was pushed.") }),
  ]);
  expect(seeder.emulator.requests).toHaveLength(0);

  seeder.emulator.faults.add({ match: { route: "batch" }, effect: { kind: "error", code: 10000 }, skip: 1 });
  const failed = await upJson(seeder, ["--expect", "plan.json"]);
  expect([failed.code, failed.end]).toEqual([
    1,
    expect.objectContaining({ total: expect.objectContaining({ pushed: 100, inDoubt: 0, notSent: 200 }) }),
  ]);
  expect(failed.lines).toContainEqual(expect.objectContaining({ kind: "log", severity: "error", resource: "a/0" }));
  seeder.emulator.faults.clear();
  const rest = await upJson(seeder, ["--expect", "plan.json"]);
  expect([rest.code, rest.end]).toEqual([
    0,
    expect.objectContaining({ total: expect.objectContaining({ pushed: 200 }) }),
  ]);
  // test/cli/up/expected-plan.test.ts has what else matches an approved plan, and what does not; make-plan.test.ts next to it, on
  // what the digest of a plan depends.
  expect((await cli(project, ["up", "--stack", "test", "--yes", "--expect", "none.json"])).code).toBe(2);
  expect(seeder.bodies("orders")).toHaveLength(300);
});

it("has the provider push only what was reviewed, also if manifests change after the plan", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest(1) } });
  const file = join(seeder.stack.project.dir, "request.json");
  writeFileSync(file, encodeRequest({ ...emptyRequest, approvedPushes: ["p1:AAAAAAAAAAAAAAAAAAAAAA"] }));
  const run = await upJson(seeder, [], { [requestEnv]: file });
  expect([run.code, outputOf(run.run)]).toEqual([5, expect.stringContaining("PLAN_DIFFERS")]);
  expect(run.end).toMatchObject({ total: { pushed: 0, notSent: 1 } });
  expect(seeder.emulator.requests).toHaveLength(0);
});

it("names the holder of the lock, and ends with 4, or waits and plans again", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": many(300) } });
  const { stack, emulator } = seeder;
  waitLongForAnswers(stack);
  const held = emulator.hold({ route: "batch" }, "before");
  const holder = stack.spawnUp();
  await held.arrived;

  const locked = await upJson(seeder, ["--wait", "1"]);
  expect([locked.code, locked.lines.at(-2)]).toEqual([
    4,
    expect.objectContaining({
      kind: "locked",
      waiting: false,
      by: expect.objectContaining({ pid: expect.any(Number) }),
    }),
  ]);
  // A user sees it before any question.
  const asked = await atTerminal(stack.project, ["up", "--stack", "test"]);
  expect([asked.code, asked.stdout]).toEqual([4, expect.stringMatching(/Another run holds the stack: .+ \(pid \d+\)/)]);
  expect(asked.stdout).not.toContain("[y/N]");

  const flags = ["--yes", "--format", "json", "--wait"];
  const waiting = startCli(stack.project, ["up", "--stack", "test", ...flags]);
  await waitForOutput(waiting, /"kind":"locked"/);
  held.release();
  succeeded(await holder.done);
  // The holder pushed everything, so the waiting run pushes nothing.
  const waited = await waiting.done;
  expect(waited.code, outputOf(waited)).toBe(0);
  expect(JSON.parse(waited.stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({ exit: 0, total: { pushed: 0 } });
  const bodies = seeder.bodies("orders") as number[];
  expect(bodies.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, n) => n));
});

it("does not count as its own what another run pushed between its plan and its turn", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": many(3) } });
  const { stack } = seeder;
  // Puts a Pulumi CLI on the PATH that waits before it locks the stack.
  const { PATH = "" } = stack.project.env;
  const engine = findEngine({ PATH });
  const [bin, asked, turn] = ["bin", "asked", "turn"].map((name) => join(stack.project.dir, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(bin);
  execFileSync("mkfifo", [asked, turn]);
  const script = `#!/bin/sh\n[ "$1" = up ] && : > '${asked}' && read -r _ < '${turn}'\nexec '${engine?.pulumi}' "$@"\n`;
  writeFileSync(join(bin, "pulumi"), script, { mode: 0o755 });
  const late = upJson(seeder, [], { PATH: `${bin}${delimiter}${PATH}` });
  await readFile(asked);
  succeeded(await stack.up());
  await writeFile(turn, "go\n");
  expect(await late).toMatchObject({ code: 0, end: { total: { pushed: 0, requests: 0 } } });
  expect(seeder.bodies("orders")).toEqual([0, 1, 2]);
});

it("passes a signal on once: it finishes, saves, ends with the signal's code, and resumes later", async () => {
  const count = 12_000;
  const text = `queue: orders\nmessages: [{ for_each: ${count}, body: { n: "\${index}" } }]\n`;
  await using seeder = await makeSeeder({ messages: { "a.yaml": text } });
  const { stack, emulator } = seeder;
  emulator.faults.add({ match: { route: "batch" }, effect: { kind: "delay", ms: 1_000 } });
  const first = emulator.nextRequest(({ accepted }) => accepted > 0);
  const run = startCli(stack.project, ["up", "--stack", "test", "--yes", "--format", "json"]);
  await first;
  run.child.kill("SIGTERM");
  run.child.kill("SIGTERM");
  const stopped = await run.done;
  expect(stopped.code, outputOf(stopped)).toBe(143);
  const end = JSON.parse(stopped.stdout.trim().split("\n").at(-1) ?? "");
  expect(end.total.pushed).toBe(seeder.bodies("orders").length);
  expect(end.total).toMatchObject({ inDoubt: 0, notSent: count - end.total.pushed });

  emulator.faults.clear();
  succeeded(await stack.up());
  const numbers = seeder.bodies("orders").map((body) => (body as { n: number }).n);
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n));
});

it("ends with 3 if messages are left in doubt", async () => {
  const stop = (text: string) => `in_doubt: stop\n${text}`;
  await using seeder = await makeSeeder({ messages: { "a.yaml": stop(manifest(1)) } });
  const { emulator } = seeder;
  emulator.faults.add({ match: { route: "push" }, effect: { kind: "lost", when: "after" } });
  const doubt = await upJson(seeder);
  expect([doubt.code, doubt.end]).toEqual([
    3,
    expect.objectContaining({ total: expect.objectContaining({ inDoubt: 1, notSent: 0 }) }),
  ]);
  expect(doubt.end?.manifests).toMatchObject([{ inDoubtMessages: ["#1"] }]);
});
