import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packInto } from "../../scripts/pack/tarball.ts";
import { startEmulator } from "../../src/emulator/index.ts";
import { install } from "../package/support/install.ts";
import { said, succeeded } from "./support/seeder.ts";
import { makeStack, type OwnStack } from "./support/stack.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "package-")));
let tarball = "";
beforeAll(() => {
  tarball = packInto(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Shop extends AsyncDisposable {
  readonly stack: OwnStack;
  /** The bodies in the queue, in the order of their arrival. */
  bodies(): unknown[];
  /** Messages of each request that pushed. */
  pushes(): number[];
}

/** Another Pulumi project, which has the packed package installed and nothing of the repository. */
async function makeShop(files: Readonly<Record<string, string>>): Promise<Shop> {
  const emulator = await startEmulator({ queues: [{ name: "orders" }], rateLimit: false });
  try {
    const stack = await makeStack({
      copy: [],
      install: (dir) => install(tarball, dir),
      files: { "Pulumi.yaml": pulumiYaml, ...files },
      config: {
        "queue-seeder:accountId": emulator.accountId,
        "queue-seeder:queues": { orders: { id: emulator.queueId("orders") } },
        "queue-seeder:apiToken": { secret: emulator.token },
      },
      env: { CLOUDFLARE_BASE_URL: emulator.baseUrl },
    });
    return {
      stack,
      bodies: () => emulator.messages("orders").map(({ body }) => body),
      pushes: () => emulator.requests.flatMap(({ accepted }) => (accepted > 0 ? [accepted] : [])),
      async [Symbol.asyncDispose]() {
        await stack[Symbol.asyncDispose]();
        await emulator.close();
      },
    };
  } catch (error) {
    await emulator.close();
    throw error;
  }
}

const pulumiYaml = `name: shop
main: index.ts
runtime:
  name: nodejs
  options:
    typescript: false
`;

it("is a whole project's program in a few lines", async () => {
  await using shop = await makeShop({
    "index.ts": `import { program } from "queue-seeder";

export const { manifests, queues } = await program(import.meta.dirname);
`,
    "messages/a.yaml": "queue: orders\nmessages:\n  - body: 1\n  - id: two\n    body: { project: '${project}' }\n",
  });
  const { stack } = shop;

  const preview = succeeded(await stack.preview());
  expect(preview.stdout).toContain("2 messages to push to orders");
  succeeded(await stack.up());
  expect(shop.bodies()).toEqual([1, { project: "shop" }]);
  expect(stack.outputs()).toMatchObject({ manifests: { a: { pushed: 2 } }, queues: { orders: { metrics: {} } } });

  expect(said(succeeded(await stack.up()))).toContain("3 unchanged");
  expect(shop.pushes()).toEqual([2]);
  succeeded(await stack.refresh());
  expect(said(succeeded(await stack.destroy()))).toContain("cannot be called back");
  expect(shop.pushes()).toEqual([2]);
});
