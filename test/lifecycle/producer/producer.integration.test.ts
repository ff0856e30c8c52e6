import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunEvent, RunEventKind } from "../../../src/lifecycle/protocol/events.ts";
import type { SegmentInputs, SegmentOutputs } from "../../../src/lifecycle/state/segment.ts";
import { type Clock, systemClock } from "../../../src/push/index.ts";
import {
  type FakeProducer,
  type ProducerFault,
  type QueueAnswer,
  startFakeProducer,
  workerKey,
} from "../../support/fake-producer.ts";
import { sendToEmulator } from "../../support/producer-queue.ts";
import { failureOf, makeWorld, type World, withEmpties } from "../support/world.ts";

let world: World;
let fake: FakeProducer;
/** What the queue answers the Worker, by the number of the call; then it accepts. */
let answers: QueueAnswer[];

beforeEach(async () => {
  world = await makeWorld();
  answers = [];
  const { emulator } = world;
  fake = await startFakeProducer({ accountId: emulator.accountId, name: "seeder", queues: ["orders", "second"], send });
});
afterEach(async () => {
  await fake[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

async function send(queue: string, body: string): Promise<QueueAnswer> {
  const answer = answers.shift() ?? "accepted";
  if (typeof answer === "number" || (answer !== "accepted" && answer.lost === "not_taken")) return answer;
  await sendToEmulator(world.emulator)(queue, body);
  return answer;
}

async function segment(text: string): Promise<SegmentInputs & { readonly __provider: string }> {
  return { ...(await world.segment(text)), deployment: "first", worker: { url: fake.url, name: "seeder" } };
}

/** Waits for a fiftieth of the time, so that lost answers are repeated at once. */
const clock: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 50, signal) };
const start = () => world.start({ "queue-seeder:workerKey": workerKey }, clock).lifecycle;
const create = async (inputs: SegmentInputs) => (await start().create(inputs)).outs;
const update = async (outs: SegmentOutputs, inputs: SegmentInputs) => (await start().update("a/0", outs, inputs)).outs;
const loseJournal = () => rmSync(join(world.root, ".queue-seeder"), { recursive: true, force: true });
const messages = (...bodies: unknown[]) =>
  `queue: orders\nin_doubt: stop\nmessages: ${JSON.stringify(bodies.map((body) => ({ body })))}\n`;
const last = <Kind extends RunEventKind>(kind: Kind) =>
  world.events.filter((event): event is Extract<RunEvent, { kind: Kind }> => event.kind === kind).at(-1);

/** Runs a push whose outcome Pulumi does not store: as after a kill, only the journal remains. */
async function unsaved(run: Promise<unknown>): Promise<void> {
  await run.catch(() => {});
}

it("pushes through the Worker without an API token, and records its ledger", async () => {
  delete world.env.CLOUDFLARE_API_TOKEN;
  const inputs = await segment(messages(1, 2));
  const outs = await create({ ...inputs, worker: { url: fake.url, name: "seeder", queue: "orders" } });
  expect(outs).toMatchObject({ pushed: 2, inDoubt: 0 });
  expect(outs.workerLedger).toEqual({ generation: "" });
  expect(world.bodies()).toEqual([1, 2]);
  expect(JSON.stringify([outs, world.events])).not.toContain(workerKey);
});

it("finds the queue's name with the API if the configuration does not have it", async () => {
  expect(await create(await segment(messages(1)))).toMatchObject({ pushed: 1 });
  expect(fake.requests.at(-1)).toBe("/v1/push/orders/first");
});

it("recovers the ledger's messages after a kill, and sends the rest, with in_doubt: stop", async () => {
  const inputs = await segment(messages(1, 2, 3));
  fake.fault = (_, path) => (path.includes("/push/") ? "lose_answer" : undefined);
  await unsaved(start().create(inputs));
  expect(world.bodies()).toEqual([1, 2, 3]);

  fake.fault = () => undefined;
  const outs = await create(inputs);
  expect(withEmpties(outs)).toMatchObject({ pushed: 3, inDoubt: 0, lastPush: { pushed: 3, possibleDuplicates: [] } });
  expect(last("ledger_asked")).toMatchObject({ arrived: 3, absent: 0, inDoubt: 0 });
  expect(world.bodies()).toEqual([1, 2, 3]);
});

it("sends messages unknown to the ledger after a kill, without a doubt, with in_doubt: stop", async () => {
  const inputs = await segment(messages(1, 2, 3));
  fake.fault = (_, path) => (path.includes("/push/") ? "lose_request" : undefined);
  await unsaved(start().create(inputs));
  expect(world.bodies()).toEqual([]);

  fake.fault = () => undefined;
  const outs = await create(inputs);
  expect(withEmpties(outs)).toMatchObject({ pushed: 3, inDoubt: 0, lastPush: { possibleDuplicates: [] } });
  expect(last("ledger_asked")).toMatchObject({ arrived: 0, absent: 3, inDoubt: 0 });
  expect(world.bodies()).toEqual([1, 2, 3]);
});

it("recovers from the ledger in the state as well, on another machine", async () => {
  const inputs = await segment(messages(1, 2, 3));
  fake.fault = (_, path) => (path.includes("/push/") ? "lose_answer" : undefined);
  const { outputs } = await failureOf(start().create(inputs));
  expect(outputs).toMatchObject({ pushed: 0, inDoubt: 3, workerLedger: { ledger: expect.stringMatching(/./) } });
  loseJournal();
  fake.fault = () => undefined;
  const outs = await update(outputs as SegmentOutputs, inputs);
  expect(withEmpties(outs)).toMatchObject({ pushed: 3, inDoubt: 0, lastPush: { possibleDuplicates: [] } });
  expect(world.bodies()).toEqual([1, 2, 3]);
});

it("asks about messages in doubt also if others were removed in the run that left the doubt", async () => {
  for (const policy of ["resend", "stop"] as const) {
    const deployment = policy;
    const of = async (...bodies: unknown[]) => ({
      ...(await segment(messages(...bodies))),
      deployment,
      inDoubtPolicy: policy,
    });
    const before = await create(await of(`${policy} 1`, `${policy} 2`));
    const inputs = await of(`${policy} 3`, `${policy} 4`);
    fake.fault = (_, path) => (path.includes("/push/") ? "lose_answer" : undefined);
    const { outputs } = await failureOf(start().update("a/0", before, inputs));
    expect(outputs).toMatchObject({ inDoubt: 2, workerLedger: { doubts: { ledger: expect.stringMatching(/./) } } });
    fake.fault = () => undefined;
    loseJournal();
    const outs = await update(outputs as SegmentOutputs, inputs);
    expect(withEmpties(outs)).toMatchObject({ pushed: 2, inDoubt: 0, lastPush: { possibleDuplicates: [] } });
    expect(last("ledger_asked")).toMatchObject({ arrived: 2, absent: 0, inDoubt: 0 });
    // What was removed is pushed again once it is back.
    await update(outs, await of(`${policy} 1`, `${policy} 3`, `${policy} 4`));
    const sent = world.bodies().filter((body) => String(body).startsWith(policy));
    expect(sent).toEqual([1, 2, 3, 4, 1].map((number) => `${policy} ${number}`));
  }
});

it("keeps its records of messages in doubt while the Worker cannot be reached", async () => {
  const before = await create(await segment(messages(1, 2)));
  const inputs = await segment(messages(3, 4));
  fake.fault = (_, path) => (path.includes("/push/") ? "lose_answer" : undefined);
  const first = await failureOf(start().update("a/0", before, inputs));
  fake.fault = (_, path) => (path.includes("hello") ? undefined : "lose_answer");
  const second = await failureOf(start().update("a/0", first.outputs as SegmentOutputs, inputs));
  fake.fault = () => undefined;
  loseJournal();
  const outs = await update((second.outputs ?? first.outputs) as SegmentOutputs, inputs);
  expect(withEmpties(outs)).toMatchObject({ pushed: 2, inDoubt: 0, lastPush: { possibleDuplicates: [] } });
  expect(world.bodies()).toEqual([1, 2, 3, 4]);
});

it("concludes nothing from another ledger, so that messages stay in doubt", async () => {
  const inputs = await segment(messages(1, 2));
  fake.fault = (_, path) => (path.includes("/push/") ? "lose_answer" : undefined);
  const { outputs } = await failureOf(start().create(inputs));
  fake.fault = () => undefined;
  fake.forget();
  const again = await failureOf(start().update("a/0", outputs as SegmentOutputs, inputs));
  expect(again.message).toContain("2 in doubt");
  expect(last("ledger_asked")).toBeUndefined();
  expect(world.bodies()).toEqual([1, 2]);

  // With `resend` they are sent again, and reported.
  const outs = await update(outputs as SegmentOutputs, { ...inputs, inDoubtPolicy: "resend" });
  expect(outs.lastPush.possibleDuplicates).toEqual(["#1 to #2"]);
});

it("duplicates nothing if the journal and the state of the killed run are lost", async () => {
  const inputs = await segment(messages(1, 2, 3));
  await create(inputs);
  loseJournal();
  expect(await create(await segment(messages(1, 2, 3, 4)))).toMatchObject({ pushed: 4, inDoubt: 0 });
  expect(world.bodies()).toEqual([1, 2, 3, 4]);
  expect(last("recognized")).toMatchObject({ messages: 3 });
});

it("leaves messages in doubt that the ledger has in doubt: stop holds them, resend sends them again and reports them", async () => {
  answers = [{ lost: "taken" }];
  const inputs = await segment(messages(1, 2));
  const { outputs } = await failureOf(start().create(inputs));
  const held = await failureOf(start().update("a/0", outputs as SegmentOutputs, inputs));
  expect(last("ledger_asked")).toMatchObject({ arrived: 0, absent: 0, inDoubt: 2 });
  expect(world.bodies()).toEqual([1, 2]);

  const resent = await update(held.outputs ?? (outputs as SegmentOutputs), {
    ...inputs,
    inDoubtPolicy: "resend",
  });
  expect(resent).toMatchObject({ pushed: 2, lastPush: { possibleDuplicates: ["#1 to #2"] } });
  expect(world.bodies()).toEqual([1, 2, 1, 2]);
});

it("settles messages in doubt as the user decides: those to be sent again are sent", async () => {
  answers = [{ lost: "not_taken" }];
  const inputs = await segment(messages(1));
  const { outputs } = await failureOf(start().create(inputs));
  world.request({ repair: { action: "settle_resend", manifest: "a", segments: "urn:a", messages: undefined } });
  const settled = await update(outputs as SegmentOutputs, inputs);
  world.request({});
  expect(withEmpties(await update(settled, inputs))).toMatchObject({
    pushed: 1,
    inDoubt: 0,
    lastPush: { possibleDuplicates: [] },
  });
  expect(world.bodies()).toEqual([1]);
});

it("pushes messages again that were forgotten, removed and added again, or pushed to another queue", async () => {
  const first = await create(await segment(messages(1, 2)));
  const fewer = await update(first, await segment(messages(2)));
  const back = await update(fewer, await segment(messages(1, 2)));
  expect(world.bodies()).toEqual([1, 2, 1]);

  world.request({ repair: { action: "forget", manifest: "a", segments: "urn:a", messages: undefined } });
  const forgotten = await update(back, await segment(messages(1, 2)));
  world.request({});
  const again = await update(forgotten, await segment(messages(1, 2)));
  expect(world.bodies()).toEqual([1, 2, 1, 1, 2]);

  const second = { ...(await segment(messages(1, 2))), queueId: world.emulator.queueId("second") };
  const moved = await update(again, second);
  expect(world.emulator.messages("second").map(({ body }) => body)).toEqual([1, 2]);
  // Back on the first queue, which has its ledger.
  await update(moved, await segment(messages(1, 2)));
  expect(world.bodies()).toEqual([1, 2, 1, 1, 2]);
  expect(last("recognized")).toBeUndefined();
});

describe.each(["once", "on_change", "every_deploy"])("replaces a segment with push: %s", (mode) => {
  const of = (...bodies: unknown[]) => segment(messages(...bodies).replace("in_doubt", `push: ${mode}\nin_doubt`));

  /** Creates the replacement, as Pulumi does in one process. @param olds absent if an earlier run deleted the old segment */
  async function replace(inputs: SegmentInputs, { runs }: SegmentOutputs, olds?: SegmentOutputs) {
    const provider = start();
    const { inputs: checked } = await provider.check(inputs, { ...inputs, recordedRun: runs[0] ?? "" });
    if (olds !== undefined) await provider.remove("a/0", olds);
    return (await provider.create(checked)).outs;
  }

  it.each([
    ["and its journal is kept", false],
    ["and its journal is lost", true],
  ])("pushes it again, once, whenever the run that replaces it is killed, %s", async (_, isLost) => {
    const inputs = await of(1, 2);
    const before = await create(inputs);
    const isCall = (call: string) => (_: number, path: string) => path.includes(call);
    const endings: readonly (readonly [(request: number, path: string) => boolean, ProducerFault])[] = [
      [isCall("ask"), "lose_request"],
      [isCall("push"), "lose_request"],
      [isCall("push"), "lose_answer"],
    ];
    for (const [at, fault] of endings) {
      fake.fault = (request, path) => (at(request, path) ? fault : undefined);
      await unsaved(replace(inputs, before, before));
      if (isLost) loseJournal();
    }
    fake.fault = () => undefined;
    // The state has the old segment, which Pulumi has already deleted.
    const outs = await replace(inputs, before);
    expect(withEmpties(outs)).toMatchObject({ pushed: 2, inDoubt: 0, lastPush: { possibleDuplicates: [] } });
    expect(world.bodies()).toEqual([1, 2, 1, 2]);
    // The next replacement is a new delivery, and so is a removed message that is added again.
    const third = await replace(inputs, outs, outs);
    expect(world.bodies()).toEqual([1, 2, 1, 2, 1, 2]);
    if (mode !== "once") return;
    await update(await update(third, await of(2)), await of(1, 2));
    expect(world.bodies()).toEqual([1, 2, 1, 2, 1, 2, 1]);
  });

  it("pushes messages again also if only the Worker's ledger still records their push", async () => {
    const first = await create(await of(1));
    const fewer = await update(first, await of(2));
    await update(fewer, await of(2, 3));
    loseJournal();
    await replace(await of(2, 3), fewer, fewer);
    expect(world.bodies().slice(-2)).toEqual([2, 3]);
    expect(last("recognized")).toBeUndefined();
  });
});

it("pushes each delivery of on_change and every_deploy once, also if its journal is lost", async () => {
  const text = (mode: string, ...bodies: unknown[]) => messages(...bodies).replace("in_doubt: stop", `push: ${mode}`);
  const first = await create(await segment(text("on_change", 1, 2)));
  const changed = await segment(text("on_change", 1, 3));
  // Killed after its push: neither its state nor its journal remains.
  await update(first, changed);
  loseJournal();
  const second = await update(first, changed);
  expect(world.bodies()).toEqual([1, 2, 1, 3]);
  const backAgain = await update(second, await segment(text("on_change", 1, 2)));
  expect(world.bodies()).toEqual([1, 2, 1, 3, 1, 2]);

  const every = await segment(text("every_deploy", 1, 2));
  const third = await update(backAgain, every);
  await update(third, every);
  loseJournal();
  await update(third, every);
  expect(world.bodies()).toEqual([1, 2, 1, 3, 1, 2, 1, 2, 1, 2]);
});

it("starts a delivery again if another one interrupted it", async () => {
  const text = (...bodies: unknown[]) => messages(...bodies).replace("in_doubt: stop", "push: on_change");
  const first = await create(await segment(text(0)));
  await update(first, await segment(text(1, 2)));
  // The run before was killed, and its journal has the first delivery; the second one has a message of it.
  await update(first, await segment(text(2, 3)));
  expect(world.bodies()).toEqual([0, 1, 2, 2, 3]);
  await update(first, await segment(text(1, 2)));
  expect(world.bodies()).toEqual([0, 1, 2, 2, 3, 1, 2]);
});

it("keeps messages in doubt that were pushed over REST, and pushes over REST what the Worker's ledger left pending", async () => {
  const { worker: _worker, ...rest } = await segment(messages(1, 2).replace("in_doubt: stop", "in_doubt: resend"));
  answers = [{ lost: "taken" }];
  const viaWorker = { ...rest, worker: { url: fake.url, name: "seeder" }, inDoubtPolicy: "stop" as const };
  const { outputs } = await failureOf(start().create(viaWorker));
  // REST cannot ask the ledger, so it resends and reports; then the Worker has nothing to do.
  const outs = await update(outputs as SegmentOutputs, rest);
  expect(outs).toMatchObject({ pushed: 2, lastPush: { possibleDuplicates: ["#1 to #2"] } });
  const same = await update(outs, viaWorker);
  expect(same.pushed).toBe(2);
  expect(world.bodies()).toEqual([1, 2, 1, 2]);
});

it("refuses before anything is sent if the Worker has no binding for the queue, another key, or the stack has none", async () => {
  const inputs = await segment(messages(1));
  fake.queues = ["second"];
  await expect(create(inputs)).rejects.toThrow(/^WORKER_QUEUE_UNBOUND: /);
  fake.key = Buffer.alloc(32, 9).toString("base64");
  await expect(create(inputs)).rejects.toThrow(/^WORKER_NOT_READY: .*another key/);
  await expect(world.start().lifecycle.create(inputs)).rejects.toThrow(/^WORKER_KEY_MISSING: /);
  expect(world.bodies()).toEqual([]);
});
