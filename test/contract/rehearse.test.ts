/** `rehearse`: real consumers in workerd, with the miniflare 5 and esbuild that wrangler installs, and with miniflare 4 alone. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeAll, describe, expect, test } from "vitest";
import { problemsWith } from "../cli/schema.ts";
import { messagesFile, RehearsalProject } from "../support/rehearsal-project.ts";
import { npmPackages } from "./cache.ts";
import { prelude } from "./workers.ts";

let miniflare: string;
let wrangler: string;

beforeAll(async () => {
  miniflare = await npmPackages("miniflare", "miniflare@4.20260730.0");
  wrangler = await npmPackages("wrangler", "wrangler@4.164.0");
});

/** Does what the body asks for, and uses a package that has to be bundled. */
const consumer = `${prelude}
import { serialize } from "cookie";
import { fail } from "./fail.js";
export default {
  async queue(batch: Batch, env: unknown, ctx: { waitUntil(promise: Promise<unknown>): void }): Promise<void> {
    for (const message of batch.messages) {
      console.log("got", serialize("body", String(message.body)));
      switch (message.body) {
        case "retry once":
          if (message.attempts === 1) message.retry({ delaySeconds: 3600 });
          break;
        case "retry all":
          batch.retryAll();
          break;
        case "throw":
          fail("no such order");
          break;
        case "hang":
          await new Promise((resolve) => setTimeout(resolve, 600_000));
          break;
        case "spin":
          for (;;);
        case "never":
          await new Promise(() => {});
          break;
        case "exit":
          process.exit(3);
        case "later":
          ctx.waitUntil(new Promise((resolve) => setTimeout(resolve, 50)).then(() => console.warn("later on")));
          break;
        case "ack":
          message.ack();
      }
    }
  },
};`;
const files = {
  "worker/consumer.ts": consumer,
  "worker/fail.ts": `export function fail(text: string): never {\n  throw new TypeError(text);\n}\n`,
  "worker/wrangler.toml": `
compatibility_date = "2026-06-01"
compatibility_flags = ["nodejs_compat"]
[[queues.consumers]]
queue = "orders-dev"
max_batch_size = 1
max_retries = 1
retry_delay = 60
dead_letter_queue = "orders-dead"
`,
};

describe("a consumer with a package, in TypeScript, under miniflare 5", () => {
  const flags = ["--worker", "orders=worker/consumer.ts", "--handler-timeout", "2"];

  test("acknowledges, retries, throws, hangs, and kills its isolate", async () => {
    const bodies = ["ack", "retry once", "retry all", "throw", "hang", "spin", "never", "exit", "later", "plain"];
    await using project = await RehearsalProject.open(wrangler, { ...files, ...messagesFile(bodies) });
    const { code, report } = await project.rehearse(...flags);
    expect(problemsWith("rehearse", report)).toEqual([]);
    expect(code).toBe(1);
    const [queue] = report.queues;
    expect(queue?.settings).toEqual({
      maxBatchSize: 1,
      maxBatchTimeout: 5,
      maxRetries: 1,
      retryDelay: 60,
      deadLetterQueue: "orders-dead",
    });
    const seen = queue?.messages.map(({ outcome, deliveries, location }, at) => {
      const numbers = deliveries.map(({ batch }) => batch);
      const traces = queue.batches.filter(({ number }) => numbers.includes(number));
      const first = deliveries[0];
      const again = first?.result === "retried" ? [first.cause, first.delaySeconds] : [];
      return [bodies[at], outcome, location.line, traces.map((trace) => trace.outcome), ...again];
    });
    expect(seen).toEqual([
      ["ack", "acknowledged", 3, ["ok"]],
      ["retry once", "acknowledged", 4, ["ok", "ok"], "message", 3600],
      ["retry all", "dead_lettered", 5, ["ok", "ok"], "batch", 60],
      ["throw", "dead_lettered", 6, ["exception", "exception"], "failure", 60],
      ["hang", "dead_lettered", 7, ["timed_out", "timed_out"], "failure", 60],
      ["spin", "dead_lettered", 8, ["timed_out", "timed_out"], "failure", 60],
      ["never", "dead_lettered", 9, ["aborted", "aborted"], "failure", 60],
      ["exit", "dead_lettered", 10, ["aborted", "aborted"], "failure", 60],
      ["later", "acknowledged", 11, ["ok"]],
      ["plain", "acknowledged", 12, ["ok"]],
    ]);
    // Each line is attributed to its message, also if the handler was killed or had already returned.
    const printed = (body: string) => {
      const numbers = queue?.messages[bodies.indexOf(body)]?.deliveries.map(({ batch }) => batch) ?? [];
      return queue?.batches.filter(({ number }) => numbers.includes(number)).map((trace) => trace.console);
    };
    const got = (body: string) => ({ level: "log", text: `got body=${encodeURIComponent(body)}` });
    for (const body of ["ack", "throw", "hang", "spin", "never", "exit", "plain"]) {
      expect(
        new Set(
          printed(body)
            ?.flat()
            .map(({ text }) => text),
        ),
      ).toEqual(new Set([got(body).text]));
    }
    expect(printed("later")).toEqual([[got("later"), { level: "warn", text: "later on" }]]);
    const [thrown] = queue?.batches.filter(({ outcome }) => outcome === "exception") ?? [];
    expect(thrown?.exception).toMatchObject({ name: "TypeError", message: "no such order" });
    expect(thrown?.exception?.stack).toMatch(
      /^ +at fail \(worker\/fail\.ts:2:9\)\n +at Object\.queue \(worker\/consumer\.ts:\d+:\d+\)$/,
    );
  });

  test("keeps what it acknowledged of a batch that fails, and shows the message at fault", async () => {
    const part = `${prelude}
      export default { async queue(batch: Batch): Promise<void> {
        for (const message of batch.messages) {
          if (message.body === "first") message.ack();
          if (message.body === "poison") throw new RangeError("poison");
        }
      } };`;
    await using project = await RehearsalProject.open(wrangler, {
      "consumer.ts": part,
      ...messagesFile(["first", "innocent", "poison"]),
    });
    const { code, report } = await project.rehearse("--worker", "orders=consumer.ts,max_retries=2");
    const messages = report.queues[0]?.messages;
    expect(code).toBe(1);
    expect(messages?.map(({ outcome, deliveries }) => [outcome, deliveries.length])).toEqual([
      ["acknowledged", 1],
      ["deleted", 3],
      ["deleted", 3],
    ]);
    expect(messages?.map(({ isolated }) => [isolated?.result, isolated?.exception?.message])).toEqual([
      [undefined, undefined],
      ["acknowledged", undefined],
      ["retried", "poison"],
    ]);
  });

  test("that acknowledges everything ends with 0, whatever the format", async () => {
    await using project = await RehearsalProject.open(wrangler, { ...files, ...messagesFile(["ack", "plain"]) });
    const { code, report } = await project.rehearse(...flags);
    expect([code, report.acknowledged]).toEqual([0, true]);
    const text = await project.run(...flags);
    expect(text.stdout).toContain("✓ orders → worker/consumer.ts: 2 messages, 2 acknowledged\n");
    const junit = await project.run(...flags, "--format", "junit");
    expect(junit.stdout).toContain('<testsuite name="orders" tests="2" failures="0"');
  });
});

describe("the environment of a Worker", () => {
  const bound = `${prelude}
    interface Env {
      REGION: string; KEY: string; CACHE: { put(key: string, value: string): Promise<void>; get(key: string): Promise<string | null> };
      COUNTER: { idFromName(name: string): object; get(id: object): { add(): Promise<number> } };
    }
    import { DurableObject } from "cloudflare:workers";
    export class Counter extends DurableObject {
      async add(): Promise<number> {
        const n = ((await this.ctx.storage.get<number>("n")) ?? 0) + 1;
        await this.ctx.storage.put("n", n);
        return n;
      }
    }
    export default { async queue(batch: Batch, env: Env): Promise<void> {
      for (const message of batch.messages) {
        await env.CACHE.put("last", String(message.body));
        const counter = env.COUNTER.get(env.COUNTER.idFromName("all"));
        console.log(batch.queue, env.REGION, env.KEY, await env.CACHE.get("last"), await counter.add());
      }
    } };`;
  const config = JSON.stringify({
    main: "consumer.ts",
    compatibility_date: "2026-06-01",
    vars: { REGION: "eu" },
    kv_namespaces: [{ binding: "CACHE", id: "1" }],
    durable_objects: { bindings: [{ name: "COUNTER", class_name: "Counter" }] },
    migrations: [{ tag: "v1", new_sqlite_classes: ["Counter"] }],
    queues: { consumers: [{ queue: "orders-dev" }] },
  });

  test("are its own bindings, empty and local, without the values of secrets in the report", async () => {
    await using project = await RehearsalProject.open(wrangler, {
      "worker/consumer.ts": bound,
      "worker/wrangler.jsonc": config,
      "worker/.dev.vars": "KEY=top-secret",
      ...messagesFile(["a", "${secret.token}"]),
      "values.env": "token=from-the-file",
    });
    const flags = ["--worker", "orders=worker/wrangler.jsonc"];
    const lines = async (...more: string[]) => {
      const { report, stdout } = await project.rehearse(...flags, ...more);
      expect(stdout).not.toContain("top-secret");
      return report.queues[0]?.batches.flatMap((trace) => trace.console.map(({ text }) => text));
    };
    const withheld = "orders-dev eu (withheld)";
    expect(await lines()).toEqual([`${withheld} a 1`, `${withheld} \${secret.token} 2`]);
    expect(await lines("--secrets", "values.env")).toEqual([`${withheld} a 1`, `${withheld} (withheld) 2`]);
  });

  test("have no network, unless it is allowed", async () => {
    await using server = await Listening.open();
    const reach = `${prelude}
      import { connect } from "cloudflare:sockets";
      export default { async queue(batch: Batch): Promise<void> {
        for (const { body } of batch.messages) {
          if (body === "fetch") console.log(await (await fetch("http://127.0.0.1:${server.port}/")).text());
          else await connect("127.0.0.1:${server.port}").opened;
        }
      } };`;
    for (const packages of [wrangler, miniflare]) {
      await using project = await RehearsalProject.open(packages, {
        "consumer.ts": reach,
        ...messagesFile(["fetch", "connect"]),
      });
      const flags = ["--worker", "orders=consumer.ts,max_batch_size=1,max_retries=0"];
      const closed = await project.rehearse(...flags);
      expect(closed.report.queues[0]?.messages.map(({ outcome }) => outcome)).toEqual(["deleted", "deleted"]);
      expect(closed.report.queues[0]?.batches[0]?.exception?.message).toContain(
        `the rehearsal has no network access, and refused GET http://127.0.0.1:${server.port}/`,
      );
      expect(server.connections).toBe(0);
      const open = await project.rehearse(...flags, "--allow-network");
      expect(open.code).toBe(0);
      expect(open.report.queues[0]?.batches[0]?.console).toEqual([{ level: "log", text: "here" }]);
      server.connections = 0;
    }
  });
});

test("miniflare 4, without esbuild, works too", async () => {
  await using project = await RehearsalProject.open(miniflare, {
    "consumer.ts": `${prelude}
      export default { async queue({ messages }: Batch): Promise<void> {
        for (const { body } of messages) { console.log(body); if (body === "spin") for (;;); if (body === "throw") throw new Error("thrown"); }
      } };`,
    ...messagesFile(["plain", "throw", "spin"]),
  });
  const flags = ["--worker", "orders=consumer.ts,max_batch_size=1,max_retries=0", "--handler-timeout", "2"];
  const { report } = await project.rehearse(...flags);
  expect(report.queues[0]?.messages.map(({ outcome }) => outcome)).toEqual(["acknowledged", "deleted", "deleted"]);
  expect(report.queues[0]?.batches.map(({ outcome, console }) => [outcome, console.map(({ text }) => text)])).toEqual([
    ["ok", ["plain"]],
    ["exception", ["throw"]],
    ["timed_out", ["spin"]],
  ]);
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s ends it and its runtime, and what is known is reported",
  async (signal) => {
    await using server = await Listening.open();
    await using project = await RehearsalProject.open(wrangler, {
      "consumer.ts": `${prelude}
      export default { async queue({ messages }: Batch): Promise<void> {
        if (messages[0]?.body !== "wait") return;
        await fetch("http://127.0.0.1:${server.port}/wait");
      } };`,
      ...messagesFile(["done", "wait", "not begun"]),
    });
    const flags = ["--worker", "orders=consumer.ts,max_batch_size=1", "--allow-network", "--format", "json"];
    const running = project.start(...flags);
    const { closed } = await server.waiting();
    running.child.kill(signal);
    const { code, stdout } = await running.ended;
    expect(code).toBe(signal === "SIGINT" ? 130 : 143);
    const report = JSON.parse(stdout);
    expect(report.ended).toBe("interrupted");
    expect(report.queues[0].messages.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      "acknowledged",
      "unfinished",
      "unfinished",
    ]);
    // The runtime ended with the command.
    await closed;
  },
);

test("its total time limit ends it too", async () => {
  await using project = await RehearsalProject.open(wrangler, { ...files, ...messagesFile(["ack", "hang"]) });
  const { code, report } = await project.rehearse(
    ...["--worker", "orders=worker/consumer.ts", "--handler-timeout", "60", "--timeout", "6"],
  );
  expect([code, report.ended]).toEqual([1, "timed_out"]);
  expect(report.queues[0]?.messages.map(({ outcome }) => outcome)).toEqual(["acknowledged", "unfinished"]);
});

test.each([
  ["export default { fetch() { return new Response(); } };", /consumer\.ts has no queue handler/],
  ["export default {", /consumer\.ts:1:\d+: /],
  [
    "throw new Error('at start'); export default { queue() {} };",
    /The Worker consumer\.ts does not start: .*at start/s,
  ],
])("a Worker that does not start is named: %s", async (code, message) => {
  await using project = await RehearsalProject.open(wrangler, { "consumer.ts": code, ...messagesFile(["a"]) });
  const ended = await project.run("--worker", "orders=consumer.ts");
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(message);
});

/** A server, to check whether a Worker can connect to it. */
class Listening implements AsyncDisposable {
  connections = 0;
  readonly port: number;
  readonly #server: ReturnType<typeof createServer>;

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", () => {
      this.connections += 1;
    });
  }

  static async open(): Promise<Listening> {
    const server = createServer(({ url }, response) => {
      if (url !== "/wait") response.end("here");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Listening(server);
  }

  /** Resolves once a client waits for a response. @returns a promise of its connection being closed */
  async waiting(): Promise<{ readonly closed: Promise<unknown> }> {
    const [{ socket }] = (await once(this.#server, "request")) as [{ readonly socket: NodeJS.EventEmitter }];
    return { closed: once(socket, "close") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
