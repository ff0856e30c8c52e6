import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { packed } from "../package/support/packed.ts";
import { outputOf, succeeded } from "./support/seeder.ts";
import { makeShop } from "./support/shop.ts";

/** Each test runs Pulumi five to eight times. */
vi.setConfig({ testTimeout: 360_000 });

/** A program with a resource whose `word` changes with `seed`, and a manifest with these arguments. */
const program = (args: string) => `import * as pulumi from "@pulumi/pulumi";
import { MessageManifest } from "queue-seeder";

const provider = {
  async create({ seed }) {
    return { id: "word", outs: { seed, word: "word of " + seed } };
  },
  async diff(_id, olds, news) {
    return { changes: olds.seed !== news.seed };
  },
  async update(_id, _olds, { seed }) {
    return { outs: { seed, word: "word of " + seed } };
  },
};
class Word extends pulumi.dynamic.Resource {
  declare word: pulumi.Output<string>;
  constructor(name: string, seed: string) {
    super(provider, name, { seed, word: undefined });
  }
}
const config = new pulumi.Config("shop");
const { word } = new Word("word", config.require("seed"));
// This value is only here in the state.
const token = word.apply((text) => "token " + text.split("").reverse().join(""));
const seeded = new MessageManifest("welcome", { queueId: config.require("queueId"), ${args} });
export const pushed = seeded.pushed;
`;

const messages = `queue: "orders", messages: [
  { id: "first", body: { hello: ["world", null, 1.5], "__proto": -0 } },
  { body: { token, nested: [{ token }] } },
  { body: pulumi.interpolate\`text of \${token}\`, contentType: "text", delaySeconds: 60 },
]`;

const tokenOf = (seed: string) => `token ${[...`word of ${seed}`].reverse().join("")}`;

it("pushes values of other resources once, and keeps them secret", async () => {
  await using shop = await makeShop({
    tarball: packed(),
    files: { "index.ts": program(messages) },
    config: { "shop:seed": "one" },
  });
  const { stack } = shop;
  const plan = JSON.parse(succeeded(await shop.cli("plan", "--format", "json", "--out", "plan.json")).stdout);
  expect(plan).toMatchObject({
    total: { messages: 1, requests: 1 },
    manifests: [{ name: "welcome", push: { messages: 1 }, unresolved: { messages: 2, countUnknown: false } }],
  });
  expect(JSON.stringify(plan)).not.toContain("world");

  const ran = succeeded(await shop.cli("up", "--yes", "--expect", "plan.json", "--run-file", "run.json"));
  expect(ran.stderr).toMatch(/✓ 3 messages pushed in .+ \(1 request\)\./);
  expect(ran.stderr).not.toMatch(/\d of \d/);
  const record = JSON.parse(readFileSync(join(stack.project.dir, "run.json"), "utf8"));
  expect(record).toMatchObject({ exit: 0, total: { pushed: 3 }, manifests: [{ name: "welcome", pushed: 3 }] });
  const token = tokenOf("one");
  expect(shop.bodies()).toEqual([
    { hello: ["world", null, 1.5], __proto: 0 },
    { token, nested: [{ token }] },
    `text of ${token}`,
  ]);
  expect(shop.emulator.messages("orders").map(({ contentType }) => contentType)).toEqual(["json", "json", "text"]);
  expect(stack.outputs()).toMatchObject({ pushed: 3 });
  expect(stack.exportState()).not.toContain(token);
  expect(stack.exportState()).not.toContain("hello");

  const again = succeeded(await stack.up());
  expect(outputOf(again)).toMatch(/\d unchanged/);
  expect(shop.pushes()).toEqual([3]);

  // The approval does not cover the messages of another seed.
  await stack.setConfig({ "shop:seed": "two" });
  expect((await shop.cli("up", "--yes", "--expect", plan.digest)).code).toBe(5);
  const changed = succeeded(await stack.up());
  expect(outputOf(changed)).not.toContain(tokenOf("two"));
  expect(shop.bodies().slice(3)).toEqual([
    { token: tokenOf("two"), nested: [{ token: tokenOf("two") }] },
    `text of ${tokenOf("two")}`,
  ]);
  expect(stack.exportState()).not.toContain(tokenOf("two"));
  expect(shop.pushes()).toEqual([3, 2]);
});

it("refuses a message with an id whose value changed, and checks every message", async () => {
  const withId = `secrets: false, messages: [{ id: "word", body: { token } }]`;
  await using shop = await makeShop({
    tarball: packed(),
    files: { "index.ts": program(withId) },
    config: { "shop:seed": "one" },
  });
  const { stack } = shop;
  succeeded(await stack.up());
  expect(stack.exportState()).toContain(tokenOf("one"));

  await stack.setConfig({ "shop:seed": "two" });
  const edited = await stack.up();
  expect(edited.code).not.toBe(0);
  expect(outputOf(edited)).toContain("MESSAGE_EDITED: nothing from welcome was pushed.");
  expect(outputOf(edited)).toContain('messages[0] the message "word" was pushed with a different body');
  expect(shop.pushes()).toEqual([1]);

  const faulty = `messages: [
    { id: "a", body: 1 },
    { id: "a", body: { token }, delaySeconds: -1 },
    { body: ["text"], contentType: "text" },
    { body: token.apply((text) => text.repeat(10_000)) },
    { body: { list: [Number.NaN] } },
  ]`;
  stack.write("index.ts", program(faulty));
  const refused = await stack.up();
  expect(refused.code).not.toBe(0);
  for (const line of [
    "messages[1].delaySeconds VALUE_NOT_ALLOWED",
    'messages[1].id DUPLICATE_ID: the id "a" is already used by the message at messages[0]',
    "messages[2].body TEXT_BODY_NOT_TEXT",
    "messages[3].body BODY_TOO_LARGE",
    "messages[4].body BODY_NOT_JSON: the body is not valid JSON: NaN at list.0",
  ]) {
    expect(outputOf(refused)).toContain(line);
  }
  expect(shop.pushes()).toEqual([1]);
});
