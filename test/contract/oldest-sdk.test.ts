import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { readExample } from "../docs/support/pages.ts";
import { outputOf, succeeded } from "../engine/support/seeder.ts";
import { makeShop } from "../engine/support/shop.ts";
import { packageJson, run, unpack } from "../package/support/install.ts";
import { packed } from "../package/support/packed.ts";
import { npmPackages } from "./cache.ts";

/** A folder with the oldest SDK that the package accepts, and the repository's version of @pulumi/cloudflare. */
let pulumi = "";
let oldest = "";

beforeAll(async () => {
  const { peerDependencies } = JSON.parse(run("/", "tar", "-xzOf", packed(), "package/package.json"));
  oldest = peerDependencies["@pulumi/pulumi"].replace("^", "");
  const cloudflare = (packageJson().dependencies as Record<string, string>)["@pulumi/cloudflare"];
  pulumi = await npmPackages("oldest-sdk", `@pulumi/pulumi@${oldest}`, `@pulumi/cloudflare@${cloudflare}`);
});

const program = `import { MessageManifest } from "queue-seeder";
import { Queue } from "@pulumi/cloudflare";
import { Config } from "@pulumi/pulumi";

const accountId = new Config("shop").require("accountId");
const queue = new Queue("orders", { accountId, queueName: "orders" });
const orders = new MessageManifest("orders", { path: "seeds/orders.yaml", accountId, queueId: queue.id });
const welcome = new MessageManifest("welcome", {
  accountId, queueId: queue.id, messages: [{ body: { queue: queue.queueName, id: queue.id } }],
});
export const pushed = [orders.pushed, welcome.pushed];
`;

it("deploys, resumes a failed run, refreshes and destroys with the oldest SDK of the package's range", async () => {
  const rows = Array.from({ length: 250 }, (_, row) => `{"row":${row}}\n`).join("");
  const files = {
    "Pulumi.yaml": `name: shop\nmain: index.ts\n${readExample("docs/library.md", "yaml", 0)}`,
    "index.ts": program,
    "seeds/orders.yaml": "queue: orders\nsource: { file: rows.ndjson }\n",
    "seeds/rows.ndjson": rows,
  };
  const install = (dir: string) => unpack(packed(), dir, { also: ["@pulumi/cloudflare"], pulumi });
  await using shop = await makeShop({ tarball: packed(), files, creates: true, install });
  const { stack, emulator } = shop;
  const used = JSON.parse(readFileSync(join(stack.project.dir, "node_modules/@pulumi/pulumi/package.json"), "utf8"));
  expect(used.version).toBe(oldest);

  expect(succeeded(await stack.preview()).stdout).toContain("250 messages to push to orders");
  emulator.faults.add({ match: { route: "batch" }, effect: { kind: "error", code: 10253 }, skip: 1 });
  const failed = await stack.up();
  expect(failed.code).not.toBe(0);
  expect(outputOf(failed)).toContain("10253");
  expect(outputOf(failed)).not.toMatch(/\n\s+at /);
  const arrived = () => emulator.messages("orders").map(({ body }) => body);
  expect(arrived().length).toBeGreaterThan(0);
  emulator.faults.clear();
  succeeded(await stack.up());
  const expected = Array.from({ length: 250 }, (_, row) => ({ row }));
  const id = emulator.queueId("orders");
  expect(arrived()).toHaveLength(251);
  expect(arrived()).toEqual(expect.arrayContaining([...expected, { queue: "orders", id }]));
  expect(stack.outputs()).toMatchObject({ pushed: [250, 1] });

  expect(outputOf(succeeded(await stack.up()))).toMatch(/\d unchanged/);
  succeeded(await stack.refresh());
  succeeded(await stack.destroy());
  expect(shop.pushes().reduce((sum, count) => sum + count)).toBe(251);
}, 600_000);
