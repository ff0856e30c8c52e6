import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { SegmentInputs } from "../../../src/lifecycle/state/segment.ts";
import { failureOf, makeWorld, type World, withEmpties } from "../support/world.ts";

let world: World;

beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const list = (bodies: readonly number[]) => bodies.map((body) => `  - { id: m${body}, body: ${body} }\n`).join("");
const manifest = (bodies: readonly number[], more = "") => `queue: orders\n${more}messages:\n${list(bodies)}`;
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const sorted = () => world.bodies().sort((a, b) => Number(a) - Number(b));
const folder = () => join(world.root, ".queue-seeder/journal");
const journals = () => readdirSync(folder());
/** Returns the number of messages that the queue accepted after the first `since` requests. */
const accepted = (since: number) =>
  world.emulator.requests.slice(since).reduce((sum, { accepted }) => sum + accepted, 0);

/** Removes the last two lines, the result of the request and the end of the run, as if the run was killed before them. */
function killedBeforeTheAnswer(path: string): void {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  expect(lines.at(-1)).toBe('{"ended":true}');
  writeFileSync(path, `${lines.slice(0, -2).join("\n")}\n`);
}

/** Copies the journals as if to another machine, on which the writing process is unknown. */
function onAnotherMachine(): void {
  cpSync(folder(), join(world.root, "there"), { recursive: true });
  for (const file of readdirSync(join(world.root, "there"))) {
    const path = join(world.root, "there", file);
    writeFileSync(path, readFileSync(path, "utf8").replace(/"machine":"[^"]*"/, '"machine":"another"'));
  }
  world.env.QUEUE_SEEDER_JOURNAL = "there";
}

/** Makes a run whose engine is killed once the queue accepted this many requests. The state keeps nothing of it. */
async function killedRun(inputs: SegmentInputs, requests: number): Promise<void> {
  const { lifecycle } = world.start();
  let left = requests;
  const served = world.emulator.nextRequest(({ accepted }) => accepted > 0 && --left === 0);
  world.emulator.faults.add({ match: { route: "batch" }, effect: { kind: "delay", ms: 20 } });
  const run = failureOf(lifecycle.create(inputs));
  await served;
  world.engine = false;
  const failure = await run;
  expect(failure.message).toMatch(/ENGINE_GONE|Pulumi engine has ended/);
  world.engine = true;
  world.emulator.faults.clear();
}

describe("after Pulumi was killed", () => {
  it("pushes only the rest, and reports what the journal recorded", async () => {
    const inputs = await world.segment(manifest(numbers(2_500)));
    await killedRun(inputs, 3);
    const before = world.bodies().length;
    expect(before).toBeLessThan(2_500);
    const { outs } = await world.start().lifecycle.create(inputs);
    expect(sorted()).toEqual(numbers(2_500));
    expect(withEmpties(outs)).toMatchObject({ pushed: 2_500, lastPush: { pushed: 2_500, possibleDuplicates: [] } });
    expect(world.logged.join("\n")).toMatch(
      `journal of an interrupted run shows that ${before} messages arrived, and 0 may have`,
    );
  });

  it("keeps apart what a program deploys twice", async () => {
    const inputs = await world.segment(manifest(numbers(2_500)));
    const duplicate = { ...inputs, resourceUrn: "urn:twin", deployment: "of the twin" };
    await killedRun(inputs, 3);
    const before = world.bodies().length;
    expect((await world.start().lifecycle.create(duplicate)).outs).toMatchObject({ lastPush: { pushed: 2_500 } });
    expect(world.bodies()).toHaveLength(2_500 + before);
    await world.start().lifecycle.create(inputs);
    expect(world.bodies()).toHaveLength(5_000);
  });

  it("does the same for rows of a data file", async () => {
    world.write("messages/a.yaml", "queue: orders\nsource: { file: rows.ndjson }\n");
    world.write("messages/rows.ndjson", numbers(2_500).join("\n"));
    const [inputs] = await world.segments();
    if (inputs === undefined) throw new Error("there is no segment");
    await killedRun(inputs, 3);
    const { outs } = await world.start().lifecycle.create(inputs);
    expect(sorted()).toEqual(numbers(2_500));
    expect(outs).toMatchObject({ pushed: 2_500, ledger: { complete: true } });
  });

  it("names an edited row that is only in the journal", async () => {
    world.write("messages/a.yaml", "queue: orders\nsource: { file: rows.ndjson }\n");
    world.write("messages/rows.ndjson", numbers(2_500).join("\n"));
    const [inputs] = await world.segments();
    if (inputs === undefined) throw new Error("there is no segment");
    await killedRun(inputs, 3);
    world.write("messages/rows.ndjson", numbers(2_500).with(7, -7).join("\n"));
    const [edited] = await world.segments();
    const failure = await failureOf(world.start().lifecycle.create(edited ?? inputs));
    expect(failure.message).toMatch(/DATA_FILE_EDITED[\s\S]*row 8 was pushed with different content/);
  });

  it("resumes a delivery of all messages, and no other one", async () => {
    const inputs = await world.segment(manifest(numbers(2_500), "push: every_deploy\n"));
    await killedRun(inputs, 3);
    const { outs } = await world.start().lifecycle.create(inputs);
    expect(world.bodies()).toHaveLength(2_500);
    // Its state was saved, and its journal is kept.
    expect(journals()).toHaveLength(1);
    await world.start().lifecycle.update("id", outs, inputs);
    expect(world.bodies()).toHaveLength(5_000);
  });

  it("sends messages in flight again, and names them; or holds them with in_doubt: stop", async () => {
    const inputs = await world.segment(manifest(numbers(50)));
    const { lifecycle } = world.start();
    await lifecycle.create(inputs);
    const [file = ""] = journals();
    const path = join(folder(), file);
    killedBeforeTheAnswer(path);
    const torn = readFileSync(path);

    const failure = await failureOf(world.start().lifecycle.create({ ...inputs, inDoubtPolicy: "stop" }));
    expect(failure.message).toMatch(/0 of 50 messages pushed to orders, 50 in doubt, 0 not sent/);
    expect(failure.outputs?.inDoubtMessages).toEqual(numbers(50).map((n) => `m${n}`));
    expect(world.bodies()).toHaveLength(50);

    for (const each of journals()) rmSync(join(folder(), each));
    writeFileSync(path, torn);
    const { outs } = await world.start().lifecycle.create(inputs);
    expect(world.bodies()).toHaveLength(100);
    expect(outs.lastPush.possibleDuplicates).toEqual(numbers(50).map((n) => `m${n}`));
    expect(world.logged.join("\n")).toMatch(/50 messages may have arrived twice/);
  });

  it("names messages that the state had in doubt and the killed run sent again", async () => {
    const inputs = await world.segment(manifest([1, 2], "in_doubt: stop\n"));
    world.emulator.faults.add({ match: { route: "batch" }, effect: { kind: "lost", when: "after" }, times: 1 });
    const { outputs } = await failureOf(world.start().lifecycle.create(inputs));
    if (outputs === undefined) throw new Error("nothing was kept");
    const resend = { ...inputs, inDoubtPolicy: "resend" as const };
    await world.start().lifecycle.update("id", outputs, resend);
    // Its state was not saved, and its journal is there.
    const { outs } = await world.start().lifecycle.update("id", outputs, resend);
    expect(world.bodies()).toEqual([1, 2, 1, 2]);
    expect(outs.lastPush).toMatchObject({ pushed: 2, possibleDuplicates: ["m1", "m2"] });
  });

  it("finds its journal under another name of the manifest", async () => {
    const inputs = await world.segment(manifest([1, 2]));
    await world.start().lifecycle.create(inputs);
    const moved = { ...inputs, manifest: "b", resourceUrn: "urn:b" };
    world.write("messages/a.yaml", manifest([1, 2], "name: b\nmoved_from: [a]\n"));
    expect((await world.start().lifecycle.create(moved)).outs.pushed).toBe(2);
    expect(world.bodies()).toEqual([1, 2]);
  });

  it("keeps the record of messages sent together if each message is sent once from now on", async () => {
    await world.start().lifecycle.create(await world.segment(manifest([1, 2], "push: on_change\n")));
    await world.start().lifecycle.create(await world.segment(manifest([1, 2, 3])));
    expect(world.bodies()).toEqual([1, 2, 3]);
  });

  it("sends refused messages that waited for a retry, which were never in doubt", async () => {
    const inputs = await world.segment(manifest(numbers(200), "in_doubt: stop\n"));
    world.emulator.faults.add({
      match: { route: "batch" },
      effect: { kind: "error", code: 10429, retryAfterSeconds: 300 },
    });
    const killed = world.start();
    const run = failureOf(killed.lifecycle.create(inputs));
    const lines = () => journals().flatMap((file) => readFileSync(join(folder(), file), "utf8").split("\n"));
    const often = (what: string) => lines().filter((line) => line.startsWith(`{"${what}"`)).length;
    // The second request may wait for the response to the first one.
    await vi.waitFor(
      () => {
        expect(often("notSent")).toBeGreaterThan(0);
        expect(often("sending")).toBe(often("notSent"));
      },
      { timeout: 20_000 },
    );
    world.emulator.faults.clear();
    onAnotherMachine();
    const { outs } = await world.start().lifecycle.create(inputs);
    expect(withEmpties(outs)).toMatchObject({ pushed: 200, inDoubt: 0, lastPush: { possibleDuplicates: [] } });
    killed.cancel();
    await run;
  });

  it("names messages that the killed run itself sent again, although nothing is left to send", async () => {
    const inputs = await world.segment(manifest(numbers(50)));
    world.emulator.faults.add({ match: { route: "batch" }, effect: { kind: "lost", when: "after" }, times: 1 });
    await world.start().lifecycle.create(inputs);
    expect(world.bodies()).toHaveLength(100);
    const logged = world.logged.length;
    // Its state was not saved, and its journal is there.
    const { outs } = await world.start().lifecycle.create(inputs);
    expect(world.bodies()).toHaveLength(100);
    expect(outs.lastPush.possibleDuplicates).toEqual(numbers(50).map((n) => `m${n}`));
    expect(world.logged.slice(logged).join("\n")).toMatch(/50 messages may have arrived twice/);
  });

  it("names messages that the run before had in doubt and the killed one sent again", async () => {
    world.write("messages/a.yaml", "queue: orders\nsource: { file: rows.ndjson }\n");
    world.write("messages/rows.ndjson", numbers(50).join("\n"));
    const [inputs] = await world.segments();
    if (inputs === undefined) throw new Error("there is no segment");
    await world.start().lifecycle.create(inputs);
    killedBeforeTheAnswer(join(folder(), journals()[0] ?? ""));
    await world.start().lifecycle.create(inputs);
    const { outs } = await world.start().lifecycle.create(inputs);
    expect(world.bodies()).toHaveLength(100);
    expect(outs.lastPush.possibleDuplicates).toEqual(["#1 to #50"]);
  });
});

describe("never suppresses a push that it should not", () => {
  it.each<[string, (inputs: SegmentInputs) => Partial<SegmentInputs>]>([
    ["in another stack", () => ({ stack: "prod", deployment: "of prod", resourceUrn: "urn:prod/a/0" })],
    ["to another queue", () => ({ queueId: world.emulator.queueId("second") })],
  ])("%s", async (_, change) => {
    const inputs = await world.segment(manifest(numbers(2_500)));
    await killedRun(inputs, 3);
    const requests = world.emulator.requests.length;
    const { outs } = await world.start().lifecycle.create({ ...inputs, ...change(inputs) });
    expect(withEmpties(outs)).toMatchObject({ lastPush: { pushed: 2_500, possibleDuplicates: [] } });
    expect(accepted(requests)).toBe(2_500);
  });

  it("after the stack was destroyed on another machine, and names possible duplicates", async () => {
    const inputs = await world.segment(manifest([1, 2]));
    await world.start().lifecycle.create(inputs);
    const { outs } = await world.start().lifecycle.create({ ...inputs, deployment: "another" });
    expect(world.bodies()).toEqual([1, 2, 1, 2]);
    expect(outs.lastPush.possibleDuplicates).toEqual(["m1", "m2"]);
  });

  it("if its records were taken over, although nothing more had to be pushed", async () => {
    const inputs = await world.segment(manifest([1, 2], "push: every_deploy\n"));
    const { outs } = await world.start().lifecycle.create(inputs);
    // Killed before its state was saved; the run that recovers it keeps its journal.
    await world.start().lifecycle.update("id", outs, inputs);
    const { outs: taken } = await world.start().lifecycle.update("id", outs, inputs);
    expect(world.bodies()).toHaveLength(4);
    await world.start().lifecycle.update("id", taken, inputs);
    expect(world.bodies()).toHaveLength(6);
  });

  it("if the segment is deleted and created again", async () => {
    const inputs = await world.segment(manifest([1]));
    const { outs } = await world.start().lifecycle.create(inputs);
    await world.start().lifecycle.remove("id", outs);
    expect(journals()).toEqual([]);
    await world.start().lifecycle.create(inputs);
    expect(world.bodies()).toEqual([1, 1]);
  });

  it("if the state has moved on without it: it can only put messages in doubt", async () => {
    const inputs = await world.segment(manifest(numbers(2_500)));
    await killedRun(inputs, 3);
    const [file = ""] = journals();
    const stale = readFileSync(join(folder(), file));
    const { outs } = await world.start().lifecycle.create(inputs);
    for (const each of journals()) rmSync(join(folder(), each));
    writeFileSync(join(folder(), file), stale);
    const forgetful = {
      ...outs,
      runs: ["another"],
      lineage: "another",
      ledger: { ...outs.ledger, complete: false, pushed: "" },
    };
    const requests = world.emulator.requests.length;
    const again = await world.start().lifecycle.update("id", forgetful, inputs);
    expect(accepted(requests)).toBe(2_500);
    expect(again.outs.lastPush.possibleDuplicates?.length).toBeGreaterThan(0);
  });
});

it("is deleted by the next run if the state includes it, and by no preview", async () => {
  const inputs = await world.segment(manifest([1]));
  const { lifecycle, end } = world.start();
  const { outs } = await lifecycle.create(inputs);
  end();
  expect(journals()).toHaveLength(1);
  const preview = world.start().lifecycle;
  await preview.check(outs, { ...inputs, preview: true });
  expect(await preview.diff("id", outs, inputs)).toEqual({ changes: false, replaces: [] });
  expect(journals()).toHaveLength(1);
  expect(await world.start().lifecycle.diff("id", outs, inputs)).toEqual({ changes: false, replaces: [] });
  expect(journals()).toEqual([]);
});

it("stays if its resource is deleted and the ledger lacks a part of it, until another one begins", async () => {
  const inputs = await world.segment(manifest([1]));
  const { outs } = await world.start().lifecycle.create(inputs);
  const more = await world.segment(manifest([1, 2]));
  // Killed: its result is not in the state.
  await world.start().lifecycle.update("id", outs, more);
  await world.start().lifecycle.remove("id", outs);
  expect(journals()).toEqual([expect.stringMatching(/\.removed\.journal$/)]);
  // The removal was not saved either, so the resource still exists.
  await world.start().lifecycle.update("id", outs, more);
  expect(world.bodies()).toEqual([1, 2]);
  await world.start().lifecycle.create(more);
  expect(world.bodies()).toEqual([1, 2, 1, 2]);
});

it("passes its records to the state, also if nothing more can be pushed", async () => {
  const inputs = await world.segment(manifest(numbers(2_500)));
  await killedRun(inputs, 3);
  world.env.CLOUDFLARE_API_TOKEN = "wrong";
  const failure = await failureOf(world.start().lifecycle.create(inputs));
  // The state now contains what only the journal had, although nothing more was pushed.
  const { outputs } = failure;
  if (outputs === undefined) throw new Error("nothing was kept");
  expect(outputs.pushed).toBe(world.bodies().length);
  await world.start().lifecycle.diff("id", outputs, inputs);
  expect(journals()).toEqual([]);
});

it("contains neither bodies nor secrets", async () => {
  const inputs = await world.segment('queue: orders\nmessages: [{ body: "word ${secret.key}" }]\n');
  await world.start({ "p:key": "hidden" }).lifecycle.create(inputs);
  const [file = ""] = journals();
  const text = readFileSync(join(folder(), file), "utf8");
  expect(text).toContain("v1:");
  expect(text).not.toMatch(/word|hidden/);
});

it.each([
  ["the environment", () => (world.env.QUEUE_SEEDER_JOURNAL = "kept/here"), {}],
  ["the configuration", () => {}, { "queue-seeder:journal": "kept/here" }],
])("is where %s says", async (_, set, config) => {
  set();
  await world.start(config).lifecycle.create(await world.segment(manifest([1])));
  expect(readdirSync(join(world.root, "kept/here"))).toHaveLength(1);
});

it("prevents the push if it cannot be read or written, and the error says what to do", async () => {
  const inputs = await world.segment(manifest(numbers(2_500)));
  await killedRun(inputs, 3);
  const requests = world.emulator.requests.length;
  const [file = ""] = journals();
  const lines = readFileSync(join(folder(), file), "utf8").split("\n");
  writeFileSync(join(folder(), file), lines.with(1, "torn").join("\n"));
  expect((await failureOf(world.start().lifecycle.create(inputs))).message).toMatch(
    /JOURNAL_UNUSABLE: nothing was pushed: .*is damaged on line 2\. Check the queue, then delete the file/,
  );
  world.write("in-the-way", "");
  world.env.QUEUE_SEEDER_JOURNAL = "in-the-way/journal";
  expect((await failureOf(world.start().lifecycle.create(inputs))).message).toMatch(/JOURNAL_UNUSABLE: .*ENOTDIR/);
  expect(world.emulator.requests).toHaveLength(requests);
});

it("is required before anything is pushed: a run that excludes the Deployments resource is refused", async () => {
  const inputs = await world.segment(manifest([1]));
  const failure = await failureOf(world.start().lifecycle.create({ ...inputs, deployment: "" }));
  expect(failure.message).toMatch(/^DEPLOYMENT_UNLISTED: .*--target/);
  expect(world.bodies()).toEqual([]);
});

it.each([1, 2, 4, 9])("ends a run whose disk is full after %i lines, and keeps what was pushed", async (synced) => {
  const inputs = await world.segment(manifest(numbers(2_500)));
  [100, 400, 700, 1_000].forEach((ms, skip) => {
    world.emulator.faults.add({ match: { route: "batch" }, skip, every: 4, effect: { kind: "delay", ms: ms / 10 } });
  });
  const handle = await open(join(world.root, "messages/a.yaml"));
  await handle.close();
  const disk = vi.spyOn(Object.getPrototypeOf(handle), "datasync");
  onTestFinished(() => disk.mockRestore());
  const full = Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
  disk.mockImplementation(async () => {
    if (disk.mock.calls.length > synced) throw full;
  });
  const failure = await failureOf(world.start().lifecycle.create(inputs));
  expect(failure.message).toContain("the journal cannot be written (ENOSPC)");
  const inQueue = world.bodies().length;
  expect(failure.outputs?.pushed ?? 0).toBe(inQueue);
});

it("prevents no deletion of a resource if its folder cannot be used", async () => {
  const { outs } = await world.start().lifecycle.create(await world.segment(manifest([1])));
  rmSync(folder(), { recursive: true });
  writeFileSync(folder(), "in the way");
  await world.start().lifecycle.remove("id", outs);
  expect(world.logged.join("\n")).toMatch(/warning: JOURNAL_UNUSABLE.*\n.*cannot be recalled/);
});
