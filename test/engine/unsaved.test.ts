import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { RunningProcess } from "../../src/engine/child-process.ts";
import { cli, startCli, waitForOutput } from "./support/cli.ts";
import { makeSeeder, outputOf, type Seeder, succeeded, waitLongForAnswers } from "./support/seeder.ts";

const manifest = (count: number) =>
  `queue: orders\nin_doubt: stop\nmessages: [{ for_each: ${count}, id: "m\${index}", body: { n: "\${index}" } }]\n`;
const expected = (count: number) => Array.from({ length: count }, (_, n) => `{"n":${n}}`).sort();
const texts = ({ bodies }: Seeder, queue: string) =>
  bodies(queue)
    .map((body) => JSON.stringify(body))
    .sort();

/** Blocks writes of the state file for any user, with a folder in its place. @returns a function that removes the folder */
function blockState({ stack }: Seeder): () => void {
  const file = join(stack.project.dir, "../state/.pulumi/stacks/queue-seeder/test.json");
  renameSync(file, `${file}.kept`);
  mkdirSync(file);
  return () => {
    rmdirSync(file);
    renameSync(`${file}.kept`, file);
  };
}

/** Makes a run whose state cannot be saved from its first request on. @returns its output */
async function runUnsaved(seeder: Seeder, start: () => RunningProcess): Promise<string> {
  const hold = seeder.emulator.hold({ route: "batch" }, "before");
  const run = start();
  await hold.arrived;
  const mend = blockState(seeder);
  hold.release();
  const finished = await run.done;
  mend();
  expect(finished.code).not.toBe(0);
  return outputOf(finished);
}

/** The same with `queue-seeder up`. */
async function unsaved(
  seeder: Seeder,
): Promise<{ readonly total: object; readonly exit: number; readonly output: string }> {
  const { stack } = seeder;
  const args = ["up", "--stack", "test", "--yes", "--run-file", "run.json"];
  const output = await runUnsaved(seeder, () => startCli(stack.project, args));
  const { total, exit } = JSON.parse(readFileSync(join(stack.project.dir, "run.json"), "utf8"));
  return { total, exit, output };
}

const twoQueues = { queues: [{ name: "orders" }, { name: "second" }] };

// Pulumi tries for half a minute to write the state, so these tests wait side by side.
describe.concurrent("a run whose state could not be saved", () => {
  it("pushes nothing twice after a first deployment, and says what was accepted", async () => {
    await using seeder = await makeSeeder({ messages: { "a.yaml": manifest(250) } });
    const { stack } = seeder;
    const first = await unsaved(seeder);
    expect(first, first.output).toMatchObject({ total: { pushed: 250, inDoubt: 0, notSent: 0 }, exit: 1 });
    expect(first.output).toContain("The state cannot be read after the run");
    succeeded(await stack.up());
    expect(texts(seeder, "orders")).toEqual(expected(250));
    expect(stack.outputs().manifests).toMatchObject({ a: { pushed: 250, inDoubt: 0, lastPush: { pushed: 250 } } });
    expect(stack.outputs().manifests).not.toHaveProperty("a.lastPush.possibleDuplicates");
  });

  it("pushes nothing twice after a later deployment", async () => {
    await using seeder = await makeSeeder({ messages: { "a.yaml": manifest(250) } });
    const { stack } = seeder;
    succeeded(await stack.up());
    seeder.write("a.yaml", manifest(400));
    const second = await unsaved(seeder);
    expect(second, second.output).toMatchObject({ total: { pushed: 150, notSent: 0 } });
    succeeded(await stack.up());
    expect(texts(seeder, "orders")).toEqual(expected(400));
  });

  it("pushes nothing twice to another queue, nor to the first one afterwards", async () => {
    await using seeder = await makeSeeder({ messages: { "a.yaml": manifest(400) }, emulator: twoQueues });
    const { stack, emulator } = seeder;
    succeeded(await stack.up());
    const config = (name: string) => ({ "queue-seeder:queues": { orders: { id: emulator.queueId(name) } } });
    await stack.setConfig(config("second"));
    await runUnsaved(seeder, () => stack.spawnUp());
    expect(texts(seeder, "second")).toEqual(expected(400));
    succeeded(await stack.up());
    expect(texts(seeder, "second")).toEqual(expected(400));
    await stack.setConfig(config("orders"));
    succeeded(await stack.up());
    expect([texts(seeder, "orders"), texts(seeder, "second")]).toEqual([expected(400), expected(400)]);

    // A taint makes Pulumi start over.
    const urn = /urn:pulumi:[^"]*Segment::a\/0/.exec(stack.exportState())?.[0] ?? "";
    succeeded(await stack.pulumi(["state", "taint", urn, "--yes"]));
    const before = emulator.messages("orders").length;
    succeeded(await stack.up());
    expect(emulator.messages("orders")).toHaveLength(before + 400);
  });
});

it("lets a second run wait for the first one, which `pulumi cancel` does not end", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest(250) } });
  const { stack, emulator } = seeder;
  waitLongForAnswers(stack);
  const hold = emulator.hold({ route: "batch" }, "before");
  const first = stack.spawnUp();
  await hold.arrived;
  succeeded(await stack.pulumi(["cancel", "--yes"]));
  const second = stack.spawnUp();
  await waitForOutput(second, /waiting for process \d+/);
  hold.release();
  await Promise.all([first.done, second.done]);
  expect(texts(seeder, "orders")).toEqual(expected(250));
  succeeded(await stack.up());
  expect(texts(seeder, "orders")).toEqual(expected(250));
});

/** Kills all processes of the stack, once two requests were answered and the third one was accepted. */
async function killAtThird({ stack, emulator }: Seeder, env: Record<string, string>): Promise<void> {
  const third = Promise.withResolvers<void>();
  const killed = Promise.withResolvers<void>();
  const gate = async () => {
    third.resolve();
    await killed.promise;
    return "drop" as const;
  };
  emulator.faults.add({ match: { route: "batch" }, effect: { kind: "hold", when: "after", gate }, skip: 2, times: 1 });
  const run = stack.spawnUp({ env });
  await third.promise;
  await vi.waitUntil(() => journals(stack).flatMap((text) => text.match(/^{"pushed":\[/gm) ?? []).length === 2);
  run.stop();
  for (const { pid } of stack.processes()) process.kill(pid, "SIGKILL");
  await run.done;
  killed.resolve();
  emulator.faults.clear();
  succeeded(await stack.pulumi(["cancel", "--yes"]));
}

function journals({ project }: Seeder["stack"]): readonly string[] {
  const folder = join(project.dir, ".queue-seeder/journal");
  return readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
}

it("knows after a kill what a run without checkpoints pushed, in its first deployment and in a later one", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest(300) } });
  const { stack } = seeder;
  const env = { PULUMI_SKIP_CHECKPOINTS: "true" };
  await killAtThird(seeder, env);
  expect(stack.exportState()).not.toContain("dynamic:Segment");
  // Two requests were answered and the third was not: its messages are held, as `in_doubt: stop` requires.
  const held = await stack.up({ env });
  expect([held.code, outputOf(held)]).toEqual([
    1,
    expect.stringContaining("200 of 300 messages pushed to orders, 100 in doubt"),
  ]);
  expect(texts(seeder, "orders")).toEqual(expected(300));
  const settled = await cli(stack.project, ["settle", "a", "--pushed", "--stack", "test", "--yes"]);
  expect(settled.code, outputOf(settled)).toBe(0);

  seeder.write("a.yaml", manifest(600));
  await killAtThird(seeder, env);
  const again = await stack.up({ env });
  expect(outputOf(again)).toContain("500 of 600 messages pushed to orders, 100 in doubt");
  expect(texts(seeder, "orders")).toEqual(expected(600));
});
