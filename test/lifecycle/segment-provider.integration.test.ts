import { rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";
import { requestEnv } from "../../src/lifecycle/protocol/request.ts";
import type { SegmentProvider } from "../../src/lifecycle/segment-provider.ts";
import type { SegmentOutputs } from "../../src/lifecycle/state/segment.ts";
import { messageDigest } from "../../src/plan/index.ts";
import { failureOf, makeWorld, type World } from "./support/world.ts";

let world: World;
let lifecycle: SegmentProvider;

beforeEach(async () => {
  world = await makeWorld();
  lifecycle = world.start().lifecycle;
});
afterEach(() => world[Symbol.asyncDispose]());

const outputs = ({ outs }: { outs: SegmentOutputs }) => outs;

it("creates by pushing everything, and keeps what an update needs", async () => {
  const inputs = await world.segment("queue: orders\nmessages: [{ id: one, body: 1 }, { body: 2 }]\n");
  const { id, outs } = await lifecycle.create(inputs);
  expect(id).toBe("a/0");
  expect(outs).toMatchObject({
    pushed: 2,
    inDoubt: 0,
    lastPush: { pushed: 2, requests: 1, commit: "c0ffee", by: "ada" },
  });
  expect(outs.metrics).toMatchObject({ backlog_count: 2 });
  expect(await lifecycle.diff(id, outs, inputs)).toEqual({ changes: false, replaces: [] });
  expect(world.bodies()).toEqual([1, 2]);
});

it("records each push's deployer and plan, if they are known", async () => {
  const inputs = await world.segment("queue: orders\nmessages: [{ body: 1 }]\n");
  const before = outputs(await lifecycle.create(inputs));
  expect(before.lastPush).not.toHaveProperty("plan");
  world.request({ plan: "p1:abc" });
  const more = await world.segment("queue: orders\nmessages: [{ body: 1 }, { body: 2 }]\n");
  const after = outputs(await world.start().lifecycle.update("a/0", before, more));
  expect(after.lastPush).toMatchObject({ by: "ada", plan: "p1:abc", pushed: 1 });
  delete world.env[requestEnv];
  expect(outputs(await world.start().lifecycle.update("a/0", after, more)).lastPush).toEqual(after.lastPush);
});

it("pushes only new messages in an update, and none merely because it was called", async () => {
  const first = outputs(await lifecycle.create(await world.segment("queue: orders\nmessages: [{ body: 1 }]\n")));
  const more = await world.segment("queue: orders\nmessages: [{ body: 0 }, { body: 1 }]\n");
  expect((await lifecycle.diff("a", first, more)).changes).toBe(true);
  const second = outputs(await lifecycle.update("a", first, more));
  const third = outputs(await lifecycle.update("a", second, more));
  expect(world.bodies()).toEqual([1, 0]);
  expect(third).toEqual(second);
});

it("keeps a ledger for each queue, and compares nothing while the queue is unknown", async () => {
  const inputs = await world.segment("queue: orders\nmessages: [{ body: 1 }]\n");
  const first = outputs(await lifecycle.create(inputs));
  const other = { ...inputs, queueId: world.emulator.queueId("second") };
  expect(await lifecycle.diff("a", first, other)).toEqual({ changes: true, replaces: [] });
  const second = outputs(await lifecycle.update("a", first, other));
  expect(second).toMatchObject({ pushed: 1, metrics: { backlog_count: 1 }, elsewhere: [{ queueId: inputs.queueId }] });

  // Back on the first queue, only the new message is pushed to it; the ledger of the other queue is kept.
  const more = await world.segment("queue: orders\nmessages: [{ body: 1 }, { body: 2 }]\n");
  const back = outputs(await world.start().lifecycle.update("a", second, more));
  expect(back).toMatchObject({ pushed: 2, lastPush: { pushed: 1 }, elsewhere: [{ queueId: other.queueId }] });
  expect(world.bodies()).toEqual([1, 2]);
  expect(world.emulator.messages("second").map(({ body }) => body)).toEqual([1]);

  const unknown = { ...inputs, queueId: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" };
  expect(await lifecycle.diff("a", first, unknown)).toEqual({ changes: true, replaces: [] });
});

it("shows no metrics of the queue that a segment was pushed to before", async () => {
  const inputs = await world.segment("queue: orders\nmessages: [{ body: 1 }]\n");
  const first = outputs(await lifecycle.create(inputs));
  const other = { ...inputs, queueId: world.emulator.queueId("second") };
  const second = outputs(await lifecycle.update("a", first, other));
  const back = outputs(await world.start().lifecycle.update("a", second, inputs));
  expect(back).not.toHaveProperty("metrics");
  expect(await world.start().lifecycle.diff("a", back, inputs)).toEqual({ changes: false, replaces: [] });
});

it("refuses a state of another form, and does not treat it as empty", async () => {
  const inputs = await world.segment("queue: orders\nmessages: [{ body: 1 }]\n");
  const { runs: _runs, elsewhere: _elsewhere, ...older } = outputs(await lifecycle.create(inputs));
  for (const call of ["diff", "update"] as const) {
    const run = world.start().lifecycle[call]("a", older as SegmentOutputs, inputs);
    await expect(run).rejects.toThrow(/^LEDGER_UNREADABLE/);
  }
  expect(world.bodies()).toEqual([1]);
});

it("refuses messages that have changed since the plan, and pushes nothing", async () => {
  const planned = await world.segment("queue: orders\nmessages: [{ body: 1 }]\n");
  await world.segment("queue: orders\nmessages: [{ body: 2 }]\n");
  await expect(lifecycle.create(planned)).rejects.toThrow(/MANIFEST_CHANGED: messages\/a.yaml/);
  rmSync(join(world.root, "messages/a.yaml"));
  await expect(lifecycle.create(planned)).rejects.toThrow(/MANIFEST_INVALID/);
  expect(world.emulator.requests).toHaveLength(0);
});

it("throws what Pulumi needs to record a part of the push: id, outputs with the provider, and the reason", async () => {
  const many = Array.from({ length: 150 }, (_, n) => `{ body: ${n} }`).join(", ");
  const inputs = await world.segment(`queue: orders\nmessages: [${many}]\n`);
  world.emulator.faults.add({ match: { route: "batch" }, effect: { kind: "error", code: 10251 }, skip: 1 });
  const failure = await lifecycle.create(inputs).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    id: "a/0",
    outputs: { __provider: "the stub", pushed: 100, ledger: { complete: false } },
    message: expect.stringMatching(/100 of 150 messages.*0 in doubt, 50 not sent[\s\S]*10251/),
  });
  world.emulator.faults.clear();
  const { outputs } = failure as { outputs: SegmentOutputs };
  // The next run is a new process, which does not know that the queue was full.
  await world.start().lifecycle.update("a", outputs, inputs);
  expect(new Set(world.bodies()).size).toBe(150);
  expect(world.bodies()).toHaveLength(150);
});

it("throws without an id if nothing was sent, so that the state is not changed", async () => {
  const inputs = await world.segment("queue: orders\nmessages: [{ body: 1 }]\n");
  world.emulator.faults.add({ effect: { kind: "error", code: 10106 } });
  const failure = await lifecycle.create(inputs).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(failure).not.toHaveProperty("id");
  expect(String((failure as Error).message)).toMatch(/0 of 1 message.*[\s\S]*10106[\s\S]*permission/);
});

it("inserts a secret only into the request, and refuses to push without its value", async () => {
  const inputs = await world.segment('queue: orders\nmessages: [{ body: "k=${secret.key}" }]\n');
  await expect(lifecycle.create(inputs)).rejects.toThrow(/SECRET_MISSING/);
  expect(world.emulator.requests.filter(({ method }) => method === "POST")).toEqual([]);
  const withSecret = world.start({ "p:key": "hidden" }).lifecycle;
  const outs = outputs(await withSecret.create(inputs));
  expect(world.bodies()).toEqual(["k=hidden"]);
  expect(JSON.stringify([outs, world.logged])).not.toContain("hidden");
});

it("shows no secret that the API repeats, neither in an error nor in the log", async () => {
  const api = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const message = `hide me: this body is not allowed: ${Buffer.concat(chunks)}`;
    response.writeHead(400).end(JSON.stringify({ success: false, errors: [{ code: 10207, message }] }));
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    api.close();
  });
  const inputs = await world.segment('queue: orders\nmessages: [{ body: "k=${secret.key}" }]\n');
  world.env.CLOUDFLARE_BASE_URL = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  const failure = await failureOf(world.start({ "p:key": "hide me" }).lifecycle.create(inputs));
  expect(failure.message).toContain("10207: (withheld): this body is not allowed:");
  expect(JSON.stringify([failure.message, failure, world.logged])).not.toContain("hide");
});

it("refuses a body that its secrets make too large, before anything from the manifest is pushed", async () => {
  const many = Array.from({ length: 150 }, (_, n) => `{ body: ${n} }`).join(", ");
  const inputs = await world.segment(`queue: orders\nmessages: [${many}, { body: "\${secret.key}" }]\n`);
  const large = world.start({ "p:key": "s".repeat(127_899) }).lifecycle;
  const failure = await large.create(inputs).catch((error: unknown) => error);
  expect(String(failure instanceof Error ? failure.message : failure)).toMatch(
    /BODY_TOO_LARGE: messages\/a\.yaml:2:\d+ the body has more than the 127900 bytes/,
  );
  expect(failure).not.toHaveProperty("id");
  expect(world.bodies()).toEqual([]);
});

it("adds the dedup key to each body, with the same value when the message is sent again", async () => {
  const text =
    'queue: orders\ndedup_field: key\nmessages: [{ id: one, body: { n: "${secret.key}" } }, { body: { n: 2 } }]\n';
  const inputs = await world.segment(text);
  const hidden = world.start({ "p:key": "hidden" }).lifecycle;
  world.emulator.faults.add({ match: { route: "batch" }, effect: { kind: "lost", when: "after" }, times: 1 });
  const outs = outputs(await hidden.create(inputs));
  const digest = messageDigest({ contentType: "json", body: { n: 2 } });
  const once = [
    { n: "hidden", key: "one" },
    { n: 2, key: digest },
  ];
  expect(world.bodies()).toEqual([...once, ...once]);
  const plain = await world.segment(text.replace("dedup_field: key\n", ""));
  expect((await hidden.diff("a", outs, plain)).changes).toBe(false);
});

it("refuses to treat an unreadable ledger as empty", async () => {
  const inputs = await world.segment("queue: orders\nmessages: [{ body: 1 }]\n");
  const outs = outputs(await lifecycle.create(inputs));
  const broken = { ...outs, ledger: { ...outs.ledger, pushed: "v9:x" } };
  await expect(lifecycle.update("a", broken, inputs)).rejects.toThrow(/LEDGER_UNREADABLE/);
  expect(world.bodies()).toEqual([1]);
});

it("reads metrics on refresh, keeps the ledger of a deleted queue, and fails for any other reason", async () => {
  const outs = outputs(await lifecycle.create(await world.segment("queue: orders\nmessages: [{ body: 1 }]\n")));
  world.emulator.faults.add({ match: { route: "metrics" }, effect: { kind: "error", code: 10000 }, times: 1 });
  await expect(lifecycle.read("a", outs)).rejects.toThrow(/METRICS_UNREADABLE/);
  world.emulator.deleteQueue("orders");
  const { props } = await lifecycle.read("a", outs);
  expect(props).not.toHaveProperty("metrics");
  expect(props?.ledger).toEqual(outs.ledger);
  expect(world.logged.at(-1)).toMatch(/^warning: .*is gone/);
});

it("removes from the inputs what only the preview needs, and reports what will be pushed only in the preview", async () => {
  const inputs = await world.segment("queue: orders\nmessages: [{ body: 1 }]\n");
  expect(await lifecycle.check({}, { ...inputs, preview: true })).toEqual({ inputs });
  expect(world.logged).toEqual(["info: 1 message to push to orders"]);
  await lifecycle.check({}, { ...inputs, preview: false });
  expect(world.logged).toHaveLength(1);
});

it("uses the given repository folder from its own working directory, and keeps no absolute path", async () => {
  const inputs = await world.segment("queue: orders\nmessages: [{ body: 1 }]\n");
  const asked = { ...inputs, root: "../../elsewhere" };
  expect(await lifecycle.check({}, { ...asked, folder: world.root })).toEqual({ inputs: { ...inputs, root: ".." } });
  const { inputs: own } = await lifecycle.check({}, { ...asked, folder: join(world.root, "infra") });
  expect(own).toEqual({ ...inputs, root: "." });
});

it("names no more edited messages than an error to Pulumi can carry", async () => {
  const many = (word: string) =>
    `queue: orders\nmessages: [{ for_each: 1000, id: "m\${index}", body: "${word} \${index}" }]\n`;
  const { lifecycle } = world.start();
  const { outs } = await lifecycle.create(await world.segment(many("one")));
  const failure = await lifecycle
    .update("a/0", outs, await world.segment(many("another")))
    .catch((error: Error) => error.message);
  expect(failure).toContain("980 more messages were edited as well.");
});

it("sends each of several equal messages with its own dedup key, whichever of them arrived before", async () => {
  const inputs = await world.segment(
    "queue: orders\ndedup_field: key\nmessages: [{ for_each: 150, body: { same: true } }]\n",
  );
  // The first request to arrive is lost, after the other one was accepted.
  const other = world.emulator.nextRequest(({ accepted }) => accepted > 0);
  const held = world.emulator.hold({ route: "batch" }, "before");
  const failed = failureOf(world.start().lifecycle.create({ ...inputs, inDoubtPolicy: "stop" }));
  await held.arrived;
  await other;
  held.drop();
  const { outputs } = await failed;
  if (outputs === undefined) throw new Error("nothing was kept");
  await world.start().lifecycle.update("a/0", outputs, inputs);
  const stamps = world.bodies().map((body) => (body as { key: string }).key);
  expect([stamps.length, new Set(stamps).size]).toEqual([150, 150]);
});
