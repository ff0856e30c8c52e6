import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { escaped, hostile, wrongWith } from "../support/hostile.ts";
import { makeSeeder, outputOf, succeeded } from "./support/seeder.ts";

const manifest = "queue: orders\nmessages:\n  - { id: one, body: 1 }\n  - { body: 2 }\n";
const composed = "\u00e9t\u00e9";
const decomposed = "e\u0301te\u0301";

it("pushes a manifest once, however systems and ledgers write the letters of its name", async () => {
  await using seeder = await makeSeeder({ messages: { [`${decomposed}.yaml`]: manifest } });
  const { stack, bodies, pushes } = seeder;
  succeeded(await stack.up());
  expect(stack.outputs().manifests).toMatchObject({ [composed]: { pushed: 2 } });

  stack.remove(`messages/${decomposed}.yaml`);
  seeder.write(`${composed}.yaml`, manifest);
  succeeded(await stack.up());
  expect(pushes()).toEqual([2]);

  // An older version stored the name as the file system returned it.
  const file = join(stack.project.dir, "older.json");
  const { stdout } = succeeded(await stack.pulumi(["stack", "export"]));
  writeFileSync(file, stdout.replaceAll(composed, decomposed));
  succeeded(await stack.pulumi(["stack", "import", "--file", file]));
  expect(stack.exportState()).toContain(decomposed);
  succeeded(await stack.up());
  expect([pushes(), bodies("orders")]).toEqual([[2], [1, 2]]);
  expect(stack.outputs().manifests).toMatchObject({ [composed]: { pushed: 2 } });
  const resources: readonly { urn: string }[] = JSON.parse(stack.exportState()).checkpoint.latest.resources;
  expect(resources.filter(({ urn }) => urn !== urn.normalize("NFC"))).toEqual([]);
});

it("keeps hostile texts of manifests, names, ids and API answers out of Pulumi's log", async () => {
  const api = createServer((_, response) => {
    const errors = [{ code: 10207, message: hostile, documentation_url: `https://a.example/${hostile}` }];
    response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ success: false, errors }));
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  try {
    const name = hostile.toWellFormed().replaceAll("\0", "").replaceAll("/", "").slice(0, 40);
    const text = escaped(hostile);
    await using seeder = await makeSeeder({ messages: { [`${name}.yaml`]: `queue: orders\n${text}: 1\n` } });
    const { stack } = seeder;
    const refused = await stack.up();
    expect([refused.code === 0, wrongWith(outputOf(refused))]).toEqual([false, []]);
    expect(outputOf(refused)).toContain("UNKNOWN_KEY");

    stack.remove(`messages/${name}.yaml`);
    seeder.write("a.yaml", `queue: orders\nmessages: [{ id: "id\\u200b\\u00a0", body: 1 }]\n`);
    const { port } = api.address() as AddressInfo;
    const failed = await stack.up({ env: { CLOUDFLARE_BASE_URL: `http://127.0.0.1:${port}/client/v4` } });
    expect([failed.code === 0, wrongWith(outputOf(failed))]).toEqual([false, []]);
    expect(outputOf(failed)).toContain("10207");
    expect(outputOf(failed)).toContain("\\u{1b}[31mRED");
  } finally {
    api.close();
  }
});
