import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { readExample } from "../docs/support/pages.ts";
import { packed } from "../package/support/packed.ts";
import { outputOf, succeeded } from "./support/seeder.ts";
import { makeShop } from "./support/shop.ts";

/** Each test runs Pulumi five to eight times. */
vi.setConfig({ testTimeout: 360_000 });

const withQueue = readExample("docs/library.md", "ts", 0);
const wholeProgram = readExample("docs/library.md", "ts", 1);

/** The lines of Pulumi.yaml for a faster start. */
const fasterStart = readExample("docs/library.md", "yaml", 0);

it("creates a queue and fills it from a manifest and from values, as its page shows", async () => {
  const files = { "index.ts": withQueue, "seeds/orders.yaml": "queue: orders\nmessages: [{ body: 1 }]\n" };
  await using shop = await makeShop({ tarball: packed(), files, creates: true });
  const { stack, emulator } = shop;
  const up = succeeded(await stack.up({ preview: true }));
  expect(up.stdout).toContain("1 message to push to orders");
  expect(up.stdout).toContain("1 message to push to welcome, 1 more with values that are only known during the run");
  expect(shop.bodies()).toEqual([1, { queue: "orders", id: emulator.queueId("orders") }, "orders is open"]);
  expect(stack.outputs()).toMatchObject({ pushed: [1, 2], backlog: 3 });
  expect(shop.pushes()).toEqual([1, 2]);
});

it("is the program of a whole project in a few lines, with the faster start of docs/library.md", async () => {
  const messages = "queue: orders\nmessages:\n  - body: 1\n  - id: two\n    body: { project: '${project}' }\n";
  await using shop = await makeShop({
    tarball: packed(),
    files: {
      "Pulumi.yaml": `name: shop\nmain: index.ts\n${fasterStart}`,
      "index.ts": wholeProgram,
      "messages/a.yaml": messages,
    },
  });
  const { stack } = shop;

  // init.test.ts and pipelines.test.ts have what follows, with the same program; same-names.test.ts has every operation of Pulumi.
  succeeded(await stack.up());
  expect(shop.bodies()).toEqual([1, { project: "shop" }]);
  expect(stack.outputs()).toMatchObject({ manifests: { a: { pushed: 2 } }, queues: { orders: { metrics: {} } } });
});

const manifestProgram = `import { MessageManifest } from "queue-seeder";
import { Config } from "@pulumi/pulumi";

const queueId = new Config("shop").require("queueId");
const orders = new MessageManifest("orders", { path: "seeds/orders.yaml", queueId });
export const manifests = orders.manifests;
export const pushed = orders.pushed;
export const backlog = orders.metrics.apply((metrics) => metrics?.backlog_count);
`;

/** Makes the file system as slow as on a busy machine. */
const slowFiles = `const { promises } = require("node:fs");
const { setTimeout } = require("node:timers/promises");
for (const name of ["lstat", "readdir"]) {
  const call = promises[name];
  promises[name] = async (...args) => {
    await setTimeout(500);
    return call(...args);
  };
}
`;

const twoDocuments = `queue: orders
messages:
  - body: 1
---
name: later
queue: orders
after: [seeds/orders]
messages:
  - { id: two, body: 2 }
  - { body: "\${stack}" }
`;

it("deploys the manifests of a file, each in a component", async () => {
  const files = { "index.ts": manifestProgram, "seeds/orders.yaml": twoDocuments };
  await using shop = await makeShop({ tarball: packed(), files });
  const { stack } = shop;
  succeeded(await stack.up());
  expect(shop.bodies()).toEqual([1, 2, "test"]);
  expect(stack.outputs()).toMatchObject({
    manifests: { "seeds/orders": { pushed: 1 }, later: { pushed: 2 } },
    pushed: 3,
    backlog: 3,
  });
  expect(shop.pushes()).toEqual([1, 2]);

  stack.write("seeds/orders.yaml", "queue: orders\nmesages: []\n");
  // The SDK looks at the program's folder before it awaits the exports.
  stack.write("slow-files.cjs", slowFiles);
  const broken = await stack.up({ env: { NODE_OPTIONS: `--require=${stack.project.dir}/slow-files.cjs` } });
  expect(broken.code).not.toBe(0);
  expect(outputOf(broken)).toContain('seeds/orders.yaml:2:1 UNKNOWN_KEY: the manifest has no key "mesages"');
  expect(outputOf(broken)).not.toMatch(/node_modules|Rejection/);

  stack.write("seeds/orders.yaml", twoDocuments.replace("name: later\nqueue: orders", "name: later\nqueue: emails"));
  expect(outputOf(await stack.up())).toContain(
    "MessageManifest orders ARGUMENTS_INVALID: the manifests of seeds/orders.yaml push to several queues (orders, emails)",
  );
  expect(shop.pushes()).toEqual([1, 2]);
});

it("shows and settles what a component left in doubt, and plans what another pushes to a queue of its choice", async () => {
  const seeds = "queue: orders\nin_doubt: stop\nmessages: [{ body: 1 }, { body: 2 }]\n";
  const late = `new MessageManifest("late", { path: "messages/late.yaml", queueId }, { dependsOn: orders });\n`;
  const letters = 'queue: letters\nmessages: [{ body: "late" }]\n';
  await using shop = await makeShop({
    tarball: packed(),
    files: {
      "index.ts": manifestProgram + late,
      "seeds/orders.yaml": seeds,
      "messages/late.yaml": letters,
    },
  });
  const { stack, emulator } = shop;
  const { dir } = stack.project;
  const queueSeeder = shop.cli;
  emulator.faults.add({ match: { route: "batch" }, effect: { kind: "lost", when: "after" }, times: 1 });
  expect((await stack.up()).code).not.toBe(0);
  expect(succeeded(await queueSeeder("status")).stdout).toContain(
    "orders/seeds/orders → orders: of the program, 0 messages pushed, 2 in doubt",
  );
  const settled = succeeded(await queueSeeder("settle", "seeds/orders", "--pushed", "--yes"));
  expect(settled.stderr).toContain("2 messages in doubt marked as pushed; nothing was pushed");
  const first = await queueSeeder("plan", "--format", "json", "--out", "plan.json");
  expect(JSON.parse(succeeded(first).stdout)).toMatchObject({
    program: { kind: "previewed" },
    total: { messages: 1 },
    manifests: expect.arrayContaining([
      expect.objectContaining({ name: "late/late", push: expect.objectContaining({ messages: 1, bytes: 6 }) }),
      expect.objectContaining({ name: "orders/seeds/orders", pushedBefore: 2 }),
    ]),
    queues: expect.arrayContaining([expect.objectContaining({ name: "letters", id: emulator.queueId("orders") })]),
  });
  const ran = succeeded(await queueSeeder("up", "--expect", "plan.json", "--run-file", "run.json", "--yes"));
  expect(ran.stderr).toMatch(/✓ 1 message pushed in .+ \(1 request\)\./);
  expect(JSON.parse(readFileSync(join(dir, "run.json"), "utf8"))).toMatchObject({ total: { pushed: 1 } });
  expect(shop.bodies()).toEqual([1, 2, "late"]);
});

it("repairs one of two components that deploy the same manifest", async () => {
  const twice = ["one", "two"].map(
    (name) => `new MessageManifest("${name}", { path: "seeds/orders.yaml", queueId });\n`,
  );
  await using shop = await makeShop({
    tarball: packed(),
    files: {
      "index.ts": `${manifestProgram.split("const orders")[0]}${twice.join("")}`,
      "seeds/orders.yaml": "queue: orders\nmessages: [{ body: 1 }]\n",
    },
  });
  const { stack } = shop;
  const forget = (name: string) => shop.cli("forget", name, "--yes");
  succeeded(await stack.up());
  const either = await forget("seeds/orders");
  expect(either.code).toBe(2);
  expect(either.stderr).toMatch(/Name one of them: (one|two)\/seeds\/orders, (one|two)\/seeds\/orders\./);
  expect(succeeded(await forget("two/seeds/orders")).stderr).toContain("1 message removed from the ledger");
  succeeded(await stack.up());
  expect(shop.pushes()).toEqual([1, 1, 1]);
});

it("pushes no message twice from a component whose renaming was interrupted by a kill", async () => {
  const program = (name: string, options: string) => `import { Config } from "@pulumi/pulumi";
import { MessageManifest } from "queue-seeder";
const queueId = new Config("shop").require("queueId");
new MessageManifest("${name}", { path: "seeds/orders.yaml", queueId }, ${options});
`;
  const manifest = (...bodies: readonly number[]) =>
    `queue: orders\nin_doubt: stop\nmessages: ${JSON.stringify(bodies.map((body) => ({ body })))}\n`;
  const files = { "index.ts": program("before", "{}"), "seeds/orders.yaml": manifest(1, 2) };
  await using shop = await makeShop({ tarball: packed(), files });
  const { stack, emulator } = shop;
  succeeded(await stack.up());
  stack.write("index.ts", program("after", '{ aliases: [{ name: "before" }] }'));
  stack.write("seeds/orders.yaml", manifest(1, 2, 3));
  const hold = emulator.hold({ method: "POST" }, "after");
  const run = stack.spawnUp();
  await hold.arrived;
  run.stop();
  for (const { pid } of stack.processes()) process.kill(pid, "SIGKILL");
  await run.done;
  hold.release();
  succeeded(await stack.pulumi(["cancel", "--yes"]));
  const held = await stack.up();
  expect([held.code, outputOf(held)]).toEqual([
    1,
    expect.stringContaining("seeds/orders: 2 of 3 messages pushed to orders, 1 in doubt"),
  ]);
  expect(outputOf(held)).not.toMatch(/Segment \S+ (creating|deleting)/);
  expect(shop.bodies()).toEqual([1, 2, 3]);
});

/** Programs with a component that has a former name, by the alias that gives it. */
const renamed = {
  "an output": (name: string, former: string) => `
new MessageManifest("${name}", args, { aliases: [{ name: output("${former}") }] });`,
  "an alias of the parent": (name: string, former: string) => `
class Shop extends ComponentResource {
  constructor() {
    super("shop:index:Shop", "${name}", {}, { aliases: [{ name: "${former}" }] });
    new MessageManifest("${name}-seeds", args, { parent: this });
  }
}
new Shop();`,
} as const;

it.each(Object.entries(renamed))(
  "refuses rows that are removed in the run of a rename, and pushes none twice, if the former name is %s",
  async (_, component) => {
    const program = (
      name: string,
      former: string,
    ) => `import { ComponentResource, Config, output } from "@pulumi/pulumi";
import { MessageManifest } from "queue-seeder";
const args = { path: "seeds/orders.yaml", queueId: new Config("shop").require("queueId") };${component(name, former)}
`;
    const rows = (count: number) => Array.from({ length: count }, (_, row) => `{"row":${row}}\n`).join("");
    await using shop = await makeShop({
      tarball: packed(),
      files: {
        "index.ts": program("before", "earlier"),
        "seeds/orders.yaml": "queue: orders\nsource: { file: rows.ndjson }\n",
        "seeds/rows.ndjson": rows(5_002),
      },
    });
    const { stack } = shop;
    succeeded(await stack.up());
    // The second segment has no rows any more.
    stack.write("seeds/rows.ndjson", rows(5_000));
    stack.write("index.ts", program("after", "before"));
    const refused = await stack.up();
    expect([refused.code !== 0, outputOf(refused)]).toEqual([true, expect.stringContaining("DATA_FILE_EDITED")]);
    stack.write("seeds/rows.ndjson", rows(5_003));
    succeeded(await stack.up());
    expect(shop.bodies()).toHaveLength(5_003);
  },
);
