import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { segmentType } from "../../src/urn.ts";
import { type FakeProducer, startFakeProducer, workerKey } from "../support/fake-producer.ts";
import { sendToEmulator } from "../support/producer-queue.ts";
import { makeSeeder, outputOf, type Seeder, succeeded } from "./support/seeder.ts";

const bodies = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);
const manifest = (numbers: readonly number[], policy = "stop") =>
  `queue: orders\nin_doubt: ${policy}\nmessages:\n${numbers.map((n) => `  - body: ${n}\n`).join("")}`;

/** A stack whose messages go through a Worker at a given address. */
async function makeWorkerStack(
  messages: Readonly<Record<string, string>>,
): Promise<Seeder & { readonly worker: FakeProducer }> {
  const seeder = await makeSeeder({ messages });
  const { emulator, stack } = seeder;
  const send = sendToEmulator(emulator);
  const worker = await startFakeProducer({
    accountId: emulator.accountId,
    name: "queue-seeder",
    queues: ["orders"],
    send,
  });
  await stack.setConfig({
    "queue-seeder:transport": "worker",
    "queue-seeder:worker": { url: worker.url },
    "queue-seeder:workerKey": { secret: workerKey },
  });
  return {
    ...seeder,
    worker,
    async [Symbol.asyncDispose]() {
      await seeder[Symbol.asyncDispose]();
      await worker[Symbol.asyncDispose]();
    },
  };
}

it("pushes through the Worker despite lost answers, once each, and keeps the key out of state and output", async () => {
  await using seeder = await makeWorkerStack({ "a.yaml": manifest(bodies(0, 250)) });
  const { stack, worker } = seeder;
  const isPush = (path: string) => path.startsWith("/v1/push/");
  worker.fault = (request, path) =>
    isPush(path) && request % 2 === 0 ? (request % 4 === 0 ? "lose_request" : "lose_answer") : undefined;
  const up = succeeded(await stack.up());
  expect(seeder.bodies("orders").sort((a, b) => Number(a) - Number(b))).toEqual(bodies(0, 250));
  expect(stack.outputs()).toMatchObject({
    manifests: { a: { pushed: 250, inDoubt: 0 } },
  });
  expect(JSON.stringify(stack.outputs())).not.toContain("possibleDuplicates");
  // Nothing was pushed over REST.
  expect(worker.requests.filter(isPush).length).toBeGreaterThan(3);
  for (const text of [outputOf(up), stack.exportState()]) expect(text).not.toContain(workerKey);

  // Switched off, the rest goes over REST, and what the Worker pushed stays pushed. worker-deployment.test.ts has later runs through it.
  worker.fault = () => undefined;
  await stack.setConfig({ "queue-seeder:transport": "rest" });
  seeder.write("a.yaml", manifest(bodies(0, 251)));
  const before = worker.requests.length;
  succeeded(await stack.up());
  expect(seeder.bodies("orders")).toHaveLength(251);
  expect(worker.requests.length).toBe(before);
});

it("resumes after kill -9 of the provider and of the CLI without its journal, under in_doubt: stop, with nothing twice", async () => {
  await using seeder = await makeWorkerStack({ "a.yaml": manifest(bodies(0, 2_000)) });
  const { stack, worker } = seeder;
  const kill = Promise.withResolvers<void>();
  let pushes = 0;
  // The fifth push arrives, but its answer is never read.
  worker.fault = (_, path) => {
    if (path.startsWith("/v1/push/") && ++pushes === 5) kill.resolve();
    return pushes >= 5 ? "lose_answer" : undefined;
  };
  const run = stack.spawnUp();
  await kill.promise;
  for (const { pid, command } of stack.processes()) if (!command.includes("vitest")) process.kill(pid, "SIGKILL");
  expect((await run.done).code).not.toBe(0);
  const arrived = seeder.bodies("orders").length;
  expect(arrived).toBeGreaterThan(0);
  expect(arrived).toBeLessThan(2_000);

  worker.fault = () => undefined;
  rmSync(join(stack.project.dir, ".queue-seeder"), { recursive: true, force: true });
  await stack.pulumi(["cancel", "--yes"]);
  const up = succeeded(await stack.up());
  expect(seeder.bodies("orders").sort((a, b) => Number(a) - Number(b))).toEqual(bodies(0, 2_000));
  expect(outputOf(up)).toContain("not sent again, because the Worker's ledger has them");
  expect(stack.outputs()).toMatchObject({ manifests: { a: { pushed: 2_000 } } });
  expect(JSON.stringify(stack.outputs())).not.toContain("possibleDuplicates");
});

it("pushes the rows of a data file again if the file became shorter meanwhile, and another delivery was made", async () => {
  const file = (count: number) => bodies(0, count).join("\n");
  const manifest = "queue: orders\npush: on_change\nsource: { file: a.ndjson }\n";
  await using seeder = await makeWorkerStack({ "a.yaml": manifest, "a.ndjson": file(5_100) });
  const { stack } = seeder;
  for (const count of [5_100, 4_000, 3_000, 5_100]) {
    seeder.write("a.ndjson", file(count));
    const before = seeder.bodies("orders").length;
    succeeded(await stack.up());
    const sent = seeder.bodies("orders").slice(before);
    expect(sent.sort((a, b) => Number(a) - Number(b))).toEqual(bodies(0, count));
  }
});

it("pushes tainted segments again, after a run that was killed once it had deleted them", async () => {
  const modes = ["once", "on_change"];
  const files = Object.fromEntries(modes.map((mode) => [`${mode}.yaml`, `push: ${mode}\n${manifest([0])}`]));
  await using seeder = await makeWorkerStack(files);
  const { stack, worker } = seeder;
  succeeded(await stack.up());
  expect(seeder.bodies("orders")).toEqual([0, 0]);
  const segments = JSON.parse(stack.exportState()).checkpoint.latest.resources.filter(
    ({ type }: { readonly type: string }) => type === segmentType,
  );
  const urns = segments.map(({ urn }: { readonly urn: string }) => urn);
  succeeded(await stack.pulumi(["state", "taint", ...urns, "--yes"]));

  // The first question to the ledger never arrives.
  const asked = Promise.withResolvers<void>();
  worker.fault = (_, path) => {
    if (!path.startsWith("/v1/ask/")) return undefined;
    asked.resolve();
    return "lose_request";
  };
  const run = stack.spawnUp();
  await asked.promise;
  for (const { pid, command } of stack.processes()) if (!command.includes("vitest")) process.kill(pid, "SIGKILL");
  expect((await run.done).code).not.toBe(0);
  expect(seeder.bodies("orders")).toEqual([0, 0]);
  expect(stack.exportState()).toContain('"pendingReplacement":true');

  worker.fault = () => undefined;
  await stack.pulumi(["cancel", "--yes"]);
  const up = succeeded(await stack.up());
  expect(outputOf(up)).not.toContain("the Worker's ledger has them");
  expect(seeder.bodies("orders")).toEqual([0, 0, 0, 0]);
  expect(stack.exportState()).not.toContain('"pendingReplacement":true');
});

it("refuses a stack whose Worker has another key, before anything is pushed", async () => {
  await using seeder = await makeWorkerStack({ "a.yaml": manifest([1]) });
  seeder.worker.key = Buffer.alloc(32, 9).toString("base64");
  const up = await seeder.stack.up();
  expect(up.code).not.toBe(0);
  expect(outputOf(up)).toMatch(/WORKER_NOT_READY: .*another key/);
  expect(seeder.bodies("orders")).toEqual([]);
});
