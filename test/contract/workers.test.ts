/** `--worker`: a real Worker in workerd consumes a queue. Processes start slowly, so tests share one if possible. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { npmPackages } from "./cache.ts";
import { Project, prelude, type Running } from "./workers.ts";
import { wranglerVersion } from "./wrangler.ts";

let miniflare: string;
let wrangler: string;

beforeAll(async () => {
  miniflare = await npmPackages("miniflare", "miniflare@4.20260730.0");
  wrangler = await npmPackages("wrangler", `wrangler@${wranglerVersion}`);
});

/** Does what the first delivery of a message asks for: `retry 30`, `ackAll`. It acknowledges redeliveries. */
const consumer = `${prelude}
export default {
  async queue(batch: Batch): Promise<void> {
    show(batch);
    for (const message of batch.messages) {
      const [word, delay] = String(message.body).split(" ");
      const options = delay === undefined ? {} : { delaySeconds: Number(delay) };
      if (word === "poison") throw new TypeError("no such order");
      if (message.attempts > 1) continue;
      if (word === "ack") message.ack();
      if (word === "retry") message.retry(options);
      if (word === "ackAll") batch.ackAll();
      if (word === "retryAll") batch.retryAll(options);
      if (word === "throw") throw new Error("after all was printed");
      // With a timer, since the runtime ends what waits for nothing by itself.
      if (word === "hang") await new Promise((resolve) => setTimeout(resolve, 600_000));
    }
  },
};`;

describe("a Worker", () => {
  let project: Project;
  let running: Running;

  beforeAll(async () => {
    project = await Project.open(miniflare, {
      "consumer.ts": consumer,
      "undertaker.ts": `export default { queue: async ({ queue }: { queue: string }) => console.log("buried in", queue) };`,
      "checks.ts": `${prelude}
        export default { async queue({ queue, messages: [json, text] }: Batch): Promise<void> {
          const time = json.timestamp instanceof Date && json.timestamp.getTime() > 1.7e12;
          console.log("checks", queue, JSON.stringify(json.body), text.body, /^[0-9a-f]{32}$/.test(json.id), time);
          console.warn("careful\\nsecond line");
        } };`,
    });
    running = await project.emulate(
      {},
      ...["--queue", "orders", "--queue", "dead"],
      ...["--worker", "orders=consumer.ts"],
      ...["--worker", "grave=undertaker.ts,batch_size=1"],
      ...["--worker", "checks=checks.ts,batch_size=2"],
    );
  });

  afterAll(async () => {
    await running?.[Symbol.asyncDispose]();
    await project?.[Symbol.asyncDispose]();
  });

  beforeEach(() => running.mark());

  test("gets a batch when it is full, or has waited long enough", async () => {
    await running.configure({ batch_size: 3, max_wait_time_ms: 60_000 });
    await running.push(1, 2);
    await running.push(3, 4);
    await running.printed("3 of 3 messages acknowledged");
    // The fourth message waits for more, for less than the 60 s.
    await running.advance(50);
    await running.push(5, 6);
    await running.printed("batch [[4,1],[5,1],[6,1]]");
    await running.push(7);
    await running.advance(60);
    await running.printed("1 of 1 messages acknowledged");
    // The console output may arrive after the result.
    await running.printed("batch [[7,1]]");
    const first = (...bodies: readonly number[]) => bodies.map((body) => [body, 1]);
    expect(running.batches()).toEqual([first(1, 2, 3), first(4, 5, 6), first(7)]);
    expect(await running.bodies("orders")).toEqual([]);
  });

  test("gets bodies, ids and times as in production, and its console is shown", async () => {
    const messages = [{ body: { a: [null] } }, { body: "words", content_type: "text" }];
    await running.api.call("POST", "/messages/batch", { messages }, running.queueId("checks"));
    await running.printed('[checks] checks checks {"a":[null]} words true true\n');
    await running.printed("[checks] warn: careful\n[checks] warn: second line\n");
  });

  test("gets nothing from a paused queue; without a consumer messages stay", async () => {
    await running.configure({ batch_size: 1, max_concurrency: 1 });
    await running.api.call("PATCH", "", { settings: { delivery_paused: true } });
    await running.push("paused");
    await running.advance(60);
    expect(await running.bodies("orders")).toEqual(["paused"]);
    await running.api.call("PATCH", "", { settings: { delivery_paused: false } });
    await running.printed("1 of 1 messages acknowledged");
    const { result } = (await running.api.call("GET", "/consumers")).json as { result: { consumer_id: string }[] };
    await running.api.call("DELETE", `/consumers/${result[0]?.consumer_id}`);
    await running.push("left");
    await running.advance(60);
    expect(await running.bodies("orders")).toEqual(["left"]);
    await running.api.post("/consumers", { type: "worker", script_name: "consumer", settings: { batch_size: 1 } });
    await running.printed('batch [["left",1]]');
    expect(running.batches()).toHaveLength(2);
  });

  test("acknowledges and retries one by one, with delays, whatever it throws afterwards", async () => {
    await running.configure({ batch_size: 3, max_wait_time_ms: 0, retry_delay: 40 });
    await running.push("ack", "retry 30", "throw");
    await running.printed("1 of 3 messages acknowledged, 2 to retry");
    await running.printed("[orders] error: Error: after all was printed");
    await running.advance(29);
    await running.push("ack");
    await running.printed('batch [["ack",1]]');
    await running.advance(1);
    await running.printed('batch [["retry 30",2]]');
    // A message without an explicit retry is redelivered after the consumer's retry delay.
    await running.advance(10);
    await running.printed('batch [["throw",2]]');
    expect(running.batches()).toHaveLength(4);
  });

  test("acknowledges all also when it throws, and retries all with a delay", async () => {
    await running.configure({ batch_size: 2, max_wait_time_ms: 0 });
    await running.push("ackAll", "throw");
    await running.printed("2 of 2 messages acknowledged");
    await running.push("retryAll 5", "too");
    await running.printed("0 of 2 messages acknowledged, 2 to retry");
    await running.advance(5);
    await running.printed('batch [["retryAll 5",2],["too",2]]');
  });

  test("that throws gets the message again until retries run out: then the dead letter queue has it", async () => {
    await running.configure({ batch_size: 1, max_retries: 1, retry_delay: 7 }, "dead");
    await running.push("poison");
    await running.printed("[orders] error: TypeError: no such order");
    await running.printed("0 of 1 messages acknowledged, 1 to retry");
    await running.advance(7);
    await running.printed("1 out of retries and moved to dead");
    await running.printed('batch [["poison",2]]');
    expect(running.batches()).toEqual([[["poison", 1]], [["poison", 2]]]);
    expect(await running.bodies("orders")).toEqual([]);
    // The dead letter queue has no consumer, so the message stays in it.
    expect(await running.bodies("dead")).toEqual(["poison"]);
  });

  test("can consume a dead letter queue", async () => {
    await running.configure({ batch_size: 1, max_retries: 0 }, "grave");
    await running.push("poison");
    await running.printed("[grave] buried in grave");
    await running.printed("[grave] info: 1 of 1 messages acknowledged");
  });
});

test("gets messages again that it held when the emulator ended, in the next run, with the settings that it had", async () => {
  await using project = await Project.open(miniflare, { "consumer.ts": consumer });
  const flags = ["--persist", "state.sqlite", "--worker"];
  {
    await using running = await project.emulate({}, ...flags, "orders=consumer.ts,batch_size=1");
    await running.push("hang");
    await running.printed('batch [["hang",1]]');
    expect(await running.command.end("SIGTERM")).toEqual({ code: 0, signal: null });
  }
  await using running = await project.emulate({}, ...flags, "orders=consumer.ts");
  await running.printed('batch [["hang",2]]');
});

describe("its code", () => {
  test.each([
    ["miniflare alone, which has no bundler", () => miniflare],
    ["wrangler, which brings one", () => wrangler],
  ])("may be several TypeScript files, with %s", async (_, packages) => {
    await using project = await Project.open(packages(), {
      "lib.ts": `import data from "./data.json";\nexport enum Kind { Order = "order" }\nexport const known: number = data.known;`,
      "data.json": '{"known": 42}',
      "consumer.ts": `import { WorkerEntrypoint } from "cloudflare:workers";
        import { Buffer } from 'node:buffer';
        import { Kind, known } from "./lib";
        export default class extends WorkerEntrypoint {
          async queue(batch: { messages: readonly unknown[] }): Promise<void> {
            console.log("it is", Kind.Order, known, Buffer.from("aGk=", "base64").toString(), batch.messages.length);
          }
        }`,
    });
    await using running = await project.emulate({}, "--worker", "orders=consumer.ts,batch_size=1");
    await running.push(1);
    await running.printed("[orders] it is order 42 hi 1\n");
  });

  test("may use packages if there is a bundler, and asks for one otherwise", async () => {
    const files = {
      "consumer.ts":
        'import kleur from "kleur"; export default { queue() { console.log("bundled", typeof kleur.red); } };',
    };
    await using without = await Project.open(miniflare, files);
    await expect(without.emulate({}, "--worker", "orders=consumer.ts")).rejects.toThrow(
      "the package kleur must be bundled. Run `npm install --save-dev esbuild`",
    );
    await using project = await Project.open(wrangler, files);
    await using running = await project.emulate({}, "--worker", "orders=consumer.ts,batch_size=1");
    await running.push(1);
    await running.printed("bundled function");
  });

  test.each([
    ["does not parse", "export default { queue( { }", /consumer\.ts:1:2\d: /, () => miniflare],
    ["does not parse for the bundler", "export default { queue( { }", /consumer\.ts:1:2\d: /, () => wrangler],
    ["throws as it starts", 'throw new Error("no settings");', /does not start: .*no settings/, () => miniflare],
    ["has no handler", "export default { fetch() {} };", /consumer\.ts has no queue handler: write/, () => miniflare],
    [
      "imports what is not there",
      'import "./none";',
      /consumer\.ts: the import \.\/none was not found\./,
      () => miniflare,
    ],
  ])("that %s fails the start, with the reason", async (_, code, reason, packages) => {
    await using project = await Project.open(packages(), { "consumer.ts": code });
    await expect(project.emulate({}, "--worker", "orders=consumer.ts")).rejects.toThrow(reason);
  });
});
