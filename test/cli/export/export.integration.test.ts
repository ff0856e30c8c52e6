import { existsSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder, writeFiles } from "../../manifest/support/fixture.ts";
import { makeShop, type Shop } from "./support/shop.ts";

const out = "messages/redrive/2026-11-27";

describe("an export", () => {
  it("by peek writes a manifest that pushes the queue's messages, and leaves them in the queue", async () => {
    await using shop = await makeShop();
    await shop.fill([
      { body: { order: 1, price: 19.9, note: "${stack}" } },
      { body: "say ${secret.X}\n", content_type: "text" },
    ]);
    const { code, stdout, stderr } = await shop.export(["orders-dead", "--out", out]);
    expect([code, stdout]).toEqual([0, `${out}.yaml\n${out}.ndjson\n${out}.text.ndjson\n`]);
    expect(stderr).toBe(`Exported 2 messages of "orders-dead".\n${out}.yaml pushes 2 of them to "orders", once.\n`);
    expect(await shop.pushed()).toEqual({ orders: [{ order: 1, price: 19.9, note: "${stack}" }, "say ${secret.X}\n"] });
    expect(shop.emulator.messages("orders-dead").map(({ attempts }) => attempts)).toEqual([0, 0]);
    expect(
      shop.read(`${out}.yaml`).replace(/\(.*\.$/m, "(…)."),
    ).toBe(`# yaml-language-server: $schema=../../node_modules/queue-seeder/messages/manifest.schema.json
# Exported from the queue orders-dead (…).
name: redrive/2026-11-27
queue: orders
source:
  file: 2026-11-27.ndjson
---
# yaml-language-server: $schema=../../node_modules/queue-seeder/messages/manifest.schema.json
name: redrive/2026-11-27-text
queue: orders
defaults:
  content_type: text
source:
  file: 2026-11-27.text.ndjson
`);
  });

  it("reports the messages that a peek could not see", async () => {
    await using shop = await makeShop();
    await shop.fill(Array.from({ length: 130 }, (_, n) => ({ body: { n } })));
    const { code, stderr } = await shop.export(["orders-dead", "--out", out]);
    expect(code).toBe(0);
    expect(stderr).toContain(
      "The queue has about 130 messages, of which the peek saw 100. A peek shows at most the 100 oldest",
    );
    expect((await shop.pushed()).orders).toHaveLength(100);
  });

  it("with metadata still pushes only the bodies", async () => {
    await using shop = await makeShop();
    const bodies = [{ a: "${row.id} ${$}", b: 1.5 }, "${row.body}"];
    await shop.fill([{ body: bodies[0] }, { body: bodies[1], content_type: "text" }]);
    expect((await shop.export(["orders-dead", "--out", out, "--metadata", "--take"])).code).toBe(0);
    expect(await shop.pushed()).toEqual({ orders: bodies });
    expect(JSON.parse(shop.read(`${out}.ndjson`))).toEqual({
      body: bodies[0],
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      attempts: 1,
      timestamp_ms: expect.any(Number),
    });
  });

  it("takes the selected messages, and warns about credentials", async () => {
    await using shop = await makeShop();
    await shop.fill([
      { body: { state: "failed", key: "AKIAABCDEFGHIJKLMNOP" } },
      { body: { state: "paid" } },
      { body: { state: "failed", n: 2 } },
      { body: { state: "failed", n: 3 } },
    ]);
    const args = ["orders-dead", "--out", out, "--take", "--filter", "/state=failed", "--since", "1h", "--limit", "2"];
    const { code, stderr } = await shop.export(args);
    expect(code).toBe(0);
    expect(stderr).toContain(`${out}.ndjson:1:1 CREDENTIAL_IN_BODY: "key" in the body looks like an AWS access key.`);
    expect(stderr).toContain(
      "1 message stayed in the queue, because they were not selected. Each of them has used one more delivery.",
    );
    expect(shop.emulator.messages("orders-dead").map(({ body }) => body)).toEqual([
      { state: "paid" },
      { state: "failed", n: 3 },
    ]);
  });

  it("of an empty queue leaves no file", async () => {
    await using shop = await makeShop();
    const { code, stdout, stderr } = await shop.export(["orders-dead", "--out", out, "--take"]);
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toContain("Nothing to export");
    expect(["yaml", "ndjson", "progress"].filter((end) => existsSync(join(shop.folder, `${out}.${end}`)))).toEqual([]);
  });

  it("for a stack names the stack, and the stack's name of the queue", async () => {
    await using shop = await makeShop();
    await shop.fill([{ body: 1 }]);
    const queues = `{ purchases: { id: "${shop.emulator.queueId("orders")}" } }`;
    writeFiles(shop.folder, {
      "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
      "Pulumi.dev.yaml": `config:\n  queue-seeder:accountId: ${shop.emulator.accountId}\n  queue-seeder:queues: { orders: { id: "${"0".repeat(32)}" } }\n`,
      "Pulumi.prod.yaml": `config:\n  queue-seeder:accountId: ${shop.emulator.accountId}\n  queue-seeder:queues: ${queues}\n`,
    });
    const env = { CLOUDFLARE_ACCOUNT_ID: undefined };
    expect((await shop.export(["orders-dead", "--stack", "prod", "--out", out], { env })).code).toBe(0);
    expect(shop.read(`${out}.yaml`)).toContain("queue: purchases\nstacks:\n  - prod\n");
    const unnamed = await shop.export(["orders-dead", "--stack", "dev", "--out", "messages/d"], { env });
    expect(unnamed.stderr).toContain(
      'EXPORT_TARGET: the stack\'s configuration does not have "orders", whose dead letters these are. Add it under',
    );
    const gone = await shop.export(["orders", "--stack", "dev", "--out", "messages/d"], { env });
    expect(gone.stderr).toContain(
      'QUEUE_UNKNOWN: the account does not have the queue that the stack\'s configuration calls "orders".',
    );
    const wrong = await shop.export(["orders-dead", "--stack", "prod", "--out", "messages/b", "--to", "purchase"], {
      env,
    });
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      'QUEUE_UNKNOWN: the stack\'s configuration has no such queue: "purchase". Known queues: purchases. Did you mean "purchases"?\n',
    ]);
    expect(
      (await shop.export(["purchases", "--stack", "prod", "--out", "messages/c", "--to", "purchases"], { env })).stderr,
    ).toContain("EXPORT_TARGET: the messages stay in the queue, and would be pushed to it once more");
  });
});

describe("an export that is refused", () => {
  let shared: Shop;
  beforeAll(async () => {
    shared = await makeShop();
    await shared.fill([{ body: 1 }]);
  });
  afterAll(() => shared[Symbol.asyncDispose]());

  it.each([
    [
      ["orders-ded", "--out", out],
      1,
      'QUEUE_UNKNOWN: the account has no such queue: "orders-ded". Known queues: orders, orders-dead. Did you mean "orders-dead"?',
    ],
    [["orders-dead", "--out", out, "--to", "order"], 1, 'Did you mean "orders"?'],
    [
      ["orders", "--out", out],
      1,
      'EXPORT_TARGET: no queue has "orders" as its dead letter queue. Name the queue to push to with --to.',
    ],
    [["orders", "--out", out, "--to", "orders"], 1, "EXPORT_TARGET: the messages stay in the queue"],
    [["orders-dead", "--out", "elsewhere/a"], 2, "is outside messages/"],
    [["orders-dead", "--out", "messages/../a"], 2, "is outside messages/"],
    [["orders-dead", "--out", `${out}.yaml`], 2, "has an extension"],
    [["orders-dead", "--out", "messages/.hidden/a"], 2, "cannot be the name of a manifest"],
    [["orders-dead", "--out", out, "--filter", "state=failed"], 2, "is not a JSON pointer and a value"],
    [["orders-dead", "--out", out, "--since", "yesterday"], 2, "is not a time"],
    [["orders-dead", "--out", out, "--limit", "0"], 2, "Give a whole number from 1."],
    [["orders-dead"], 2, "required option '--out <path>' not specified"],
  ])("is that with %j", async (args, exit, words) => {
    const { code, stdout, stderr } = await shared.export(args);
    expect([code, stdout]).toEqual([exit, ""]);
    expect(stderr).toContain(words);
    expect(shared.emulator.messages("orders-dead")).toHaveLength(1);
  });

  it("names what the queue lacks", async () => {
    await using shop = await makeShop({ pull: false });
    await shop.fill([{ body: 1 }]);
    expect((await shop.export(["orders-dead", "--out", out, "--take"])).stderr).toContain("PULL_NOT_ENABLED");
    await shop.post("orders-dead", "/consumers", { type: "http_pull", settings: { max_retries: 0 } });
    expect((await shop.export(["orders-dead", "--out", out, "--take"])).stderr).toContain(
      'PULL_RETRIES_NONE: "orders-dead" deletes a message after one delivery',
    );
    expect(shop.emulator.messages("orders-dead").map(({ attempts }) => attempts)).toEqual([0]);
    const missing = await shop.export(["orders-dead", "--out", out], { env: { CLOUDFLARE_ACCOUNT_ID: "" } });
    expect(missing.stderr).toBe(
      "ACCOUNT_MISSING: no Cloudflare account is configured. Name the stack with --stack, or set CLOUDFLARE_ACCOUNT_ID.\n",
    );
    const anonymous = await shop.export(["orders-dead", "--out", out], { env: { CLOUDFLARE_API_TOKEN: undefined } });
    expect(anonymous.stderr).toContain("CREDENTIALS_MISSING");
  });

  it("is that of a paused queue, or of dead letters of several queues", async () => {
    await using shop = await makeShop({
      queues: [{ name: "orders" }, { name: "orders-dead", settings: { deliveryPaused: true } }, { name: "mails" }],
    });
    expect((await shop.export(["orders-dead", "--out", out, "--take"])).stderr).toContain("DELIVERY_PAUSED");
    await shop.post("mails", "/consumers", { type: "http_pull", dead_letter_queue: "orders-dead" });
    expect((await shop.export(["orders-dead", "--out", out])).stderr).toContain(
      'EXPORT_TARGET: "orders-dead" is the dead letter queue of several queues (orders, mails).',
    );
  });

  it("never overwrites a file", async () => {
    await using shop = await makeShop({ files: { [`${out}.text.ndjson`]: "mine\n" } });
    await shop.fill([{ body: 1 }]);
    const { code, stderr } = await shop.export(["orders-dead", "--out", out, "--take"]);
    expect([code, stderr]).toEqual([
      1,
      "EXPORT_EXISTS: 2026-11-27.text.ndjson already exists. Name another --out: no file is overwritten.\n",
    ]);
    expect([shop.read(`${out}.text.ndjson`), shop.emulator.messages("orders-dead").length]).toEqual(["mine\n", 1]);
  });

  it("warns about a queue that deletes messages early", async () => {
    await using shop = await makeShop({ pull: false });
    await shop.post("orders-dead", "/consumers", { type: "http_pull", settings: { max_retries: 3 } });
    const { code, stderr } = await shop.export(["orders-dead", "--out", out, "--take"]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('"orders-dead" deletes a message after 4 deliveries')]);
  });

  it("writes nothing through a link that leads out of the repository", async () => {
    await using shop = await makeShop();
    using elsewhere = temporaryFolder();
    symlinkSync(elsewhere.path, join(shop.folder, "messages/redrive"));
    const { code, stderr } = await shop.export(["orders-dead", "--out", out]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("leads out of the repository through a link")]);
    expect(readdirSync(elsewhere.path)).toEqual([]);
  });

  it("reports that the system refuses to write", async () => {
    await using shop = await makeShop({ files: { "messages/redrive": "a file\n" } });
    expect((await shop.export(["orders-dead", "--out", out])).stderr).toBe(
      "EXPORT_UNWRITABLE: the export cannot be written: a part of its path is a file, not a folder (ENOTDIR). Make its folder writable and check that the disk has free space, then run it again.\n",
    );
  });
});
