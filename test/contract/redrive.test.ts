/** Exports messages that the official SDK sent, after wrangler added a pull consumer with the documented command. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import Cloudflare from "cloudflare";
import { expect, test } from "vitest";
import { makeShop } from "../cli/export/support/shop.ts";
import { parsePage, repository } from "../docs/support/pages.ts";
import { npmPackages } from "./cache.ts";
import { Project } from "./workers.ts";
import { Wrangler, wranglerVersion } from "./wrangler.ts";

const out = "messages/redrive/a";

test("messages of the SDK are exported unchanged, and the SDK finds the queue empty", async () => {
  await using shop = await makeShop({ pull: false });
  const { emulator } = shop;
  const client = new Cloudflare({ apiToken: emulator.token, baseURL: emulator.baseUrl, maxRetries: 0 });
  const account_id = emulator.accountId;
  const queue = emulator.queueId("orders-dead");
  const json = Array.from({ length: 150 }, (_, n) => ({
    n,
    price: n / 100,
    text: "ü \u2028 ${x}",
    list: [null, true],
  }));
  for (const at of [0, 75]) {
    const messages = json.slice(at, at + 75).map((body) => ({ body, content_type: "json" as const }));
    await client.queues.messages.bulkPush(queue, { account_id, messages });
  }
  await client.queues.messages.push(queue, { account_id, body: '{"a":1.50}', content_type: "text" });

  const looked = await shop.export(["orders-dead", "--out", "messages/look"]);
  expect([looked.code, looked.stderr]).toEqual([
    0,
    expect.stringContaining("has about 151 messages, of which the peek saw 100"),
  ]);
  const peeked = await client.queues.messages.peek(queue, { account_id, batch_size: 100 });
  const bodies = peeked.messages?.map(({ body = "" }) => JSON.parse(Buffer.from(body, "base64").toString()));
  const lines = shop.read("messages/look.ndjson").trim().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual(bodies);

  const commands = parsePage("", readFileSync(join(repository, "docs/redrive.md"), "utf8")).blocks.flatMap(({ text }) =>
    text.split("\n").filter((line) => line.startsWith("npx wrangler queues ")),
  );
  expect(commands).toHaveLength(1);
  await using project = await Project.open(undefined, {});
  const wrangler = new Wrangler(await npmPackages("wrangler", `wrangler@${wranglerVersion}`), project, emulator);
  for (const command of commands) {
    const { code, stdout, stderr } = await wrangler.run(command.split(" ").slice(3));
    expect(code, stdout + stderr).toBe(0);
  }
  const taken = await shop.export(["orders-dead", "--out", out, "--take"]);
  expect([taken.code, taken.stderr]).toEqual([
    0,
    `Exported 151 messages of "orders-dead".\n${out}.yaml pushes 151 of them to "orders", once.\n`,
  ]);
  const after = await client.queues.messages.pull(queue, { account_id });
  expect([after.messages, after.message_backlog_count]).toEqual([[], 0]);
  const exported = `${shop.read(`${out}.ndjson`)}${shop.read(`${out}.text.ndjson`)}`.trim().split("\n");
  expect(exported.map((line) => JSON.parse(line))).toEqual([...json, '{"a":1.50}']);
}, 600_000);
