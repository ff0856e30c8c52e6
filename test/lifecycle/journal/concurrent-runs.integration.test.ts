import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fileJournals } from "../../../src/push/index.ts";
import { failureOf, makeWorld, type World, withEmpties } from "../support/world.ts";

let world: World;

beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const text = (count: number) =>
  `queue: orders\nin_doubt: stop\nmessages: [{ for_each: ${count}, id: "m\${index}", body: "\${index}" }]\n`;
const folder = () => join(world.root, ".queue-seeder/journal");

/** Rewrites the journals as if another machine had written them, whose processes are not visible here. */
function asOfAnotherMachine(): void {
  for (const file of readdirSync(folder())) {
    const path = join(folder(), file);
    const text = readFileSync(path, "utf8");
    // In place and without changing its length: the run that writes the file has it open.
    writeFileSync(
      path,
      text.replace(/(?<="machine":")[^"]*/, (name) => "x".repeat(name.length)),
      { flag: "r+" },
    );
  }
}

it("waits for a run of this machine that still sends, and continues from its result", async () => {
  const inputs = await world.segment(text(250));
  const hold = world.emulator.hold({ route: "batch" }, "before");
  const first = world.start().lifecycle.create(inputs);
  await hold.arrived;
  const second = world.start().lifecycle.create(inputs);
  while (!world.logged.some((line) => /waiting for process \d+/.test(line))) await new Promise(setImmediate);
  expect(world.logged.join("\n")).toContain(`process ${process.pid}`);
  hold.release();
  expect((await first).outs.pushed).toBe(250);
  expect(withEmpties((await second).outs)).toMatchObject({ pushed: 250, lastPush: { possibleDuplicates: [] } });
  expect(world.bodies()).toHaveLength(250);
});

it("is refused if it is cancelled while it waits for such a run, and pushes nothing", async () => {
  const inputs = await world.segment(text(250));
  const hold = world.emulator.hold({ route: "batch" }, "before");
  const first = world.start().lifecycle.create(inputs);
  await hold.arrived;
  const { lifecycle, cancel } = world.start();
  const second = failureOf(lifecycle.create(inputs));
  cancel();
  const failure = await second;
  expect(failure.message).toMatch(/^RUN_UNDER_WAY: another run on this machine, process \d+, is still pushing a;/);
  expect(failure).not.toHaveProperty("outputs");
  hold.release();
  await first;
  expect(world.bodies()).toHaveLength(250);
});

it("takes over from a run that cannot be observed, which stops before its next request", async () => {
  // More requests than a run has in flight at once.
  const inputs = await world.segment(text(6_000));
  const hold = world.emulator.hold({ route: "batch" }, "before");
  const first = failureOf(world.start().lifecycle.create(inputs));
  await hold.arrived;
  asOfAnotherMachine();
  const taken = failureOf(world.start().lifecycle.create(inputs));
  // Lists only whole journals: a file may be renamed or deleted between listing and reading it.
  const journals = fileJournals(folder());
  while (!(await journals.list()).some(({ head }) => head.takenOver.length > 0)) await new Promise(setImmediate);
  hold.release();
  const stopped = await first;
  expect(stopped.message).toContain("JOURNAL_TAKEN: another run took over the journal");
  // With `stop`, the second run sends nothing that the first one may have sent.
  const { outputs } = await taken;
  const bodies = world.bodies().map(Number);
  expect(new Set(bodies).size).toBe(bodies.length);
  expect(outputs?.inDoubt).toBeGreaterThan(0);
  expect((outputs?.pushed ?? 0) + (outputs?.inDoubt ?? 0)).toBe(6_000);
});

it("does not wait for a process that has ended, even if another process has its number", async () => {
  const inputs = await world.segment(text(3));
  await world.start().lifecycle.create(inputs);
  for (const file of readdirSync(folder())) {
    const path = join(folder(), file);
    const text = readFileSync(path, "utf8").replace('{"ended":true}\n', "");
    writeFileSync(path, text.replace(/"started":"(\d+)"/, '"started":"1$1"'));
  }
  const { outs } = await world.start().lifecycle.create(inputs);
  expect(outs).toMatchObject({ pushed: 3, inDoubt: 0 });
  expect(world.bodies().map(Number)).toEqual(numbers(3));
  expect(world.logged.join("\n")).not.toContain("waits for");
});

it("counts nothing twice in a folder in which a run was killed between taking over and deleting", async () => {
  const { outs } = await world.start().lifecycle.create(await world.segment(text(1)));
  await world.start().lifecycle.update("id", outs, await world.segment(text(2)));
  cpSync(folder(), join(world.root, "before"), { recursive: true });
  await world.start().lifecycle.update("id", outs, await world.segment(text(3)));
  for (const file of readdirSync(join(world.root, "before"))) {
    cpSync(join(world.root, "before", file), join(folder(), file));
  }
  const last = await world.start().lifecycle.update("id", outs, await world.segment(text(3)));
  expect(withEmpties(last.outs)).toMatchObject({ pushed: 3, lastPush: { pushed: 2, possibleDuplicates: [] } });
  expect(world.bodies().map(Number)).toEqual(numbers(3));
});
