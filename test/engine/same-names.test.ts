import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it, vi } from "vitest";
import { type ProcessResult, spawnProcess } from "../../src/engine/child-process.ts";
import { packed } from "../package/support/packed.ts";
import { installStrictly } from "../package/support/strict.ts";
import { outputOf, succeeded } from "./support/seeder.ts";
import { makeShop } from "./support/shop.ts";

/** Each test runs Pulumi several times. */
vi.setConfig({ testTimeout: 360_000 });

const program = (from: string) => `import { Config } from "@pulumi/pulumi";
import { MessageManifest } from "${from}";
const queueId = new Config("shop").require("queueId");
new MessageManifest("orders", { path: "seeds/orders.yaml", queueId });
`;
const manifest = (...bodies: readonly unknown[]) =>
  `queue: orders\nmessages: ${JSON.stringify(bodies.map((body) => ({ body })))}\n`;

it("finds the provider in a dependency of a dependency, in every operation, and says what to do if there is none", async () => {
  const files = { "index.ts": program("@company/seeds"), "seeds/orders.yaml": manifest("a") };
  await using shop = await makeShop({
    tarball: packed(),
    files,
    install: (dir) => installStrictly(packed(), dir),
  });
  const { stack } = shop;
  expect(existsSync(join(stack.project.dir, "node_modules/queue-seeder"))).toBe(false);
  succeeded(await stack.up());
  stack.write("seeds/orders.yaml", manifest("a", { b: "ü" }));
  succeeded(await stack.up());
  expect(shop.bodies()).toEqual(["a", { b: "ü" }]);
  succeeded(await stack.refresh());
  expect(stack.exportState()).not.toContain(stack.project.dir);

  const dependencies = { "@pulumi/pulumi": "*" };
  stack.write("package.json", JSON.stringify({ name: "shop", private: true, type: "module", dependencies }));
  const lost = await stack.destroy();
  expect(lost.code).not.toBe(0);
  expect(outputOf(lost)).toContain("PROVIDER_NOT_FOUND: add queue-seeder to the project's dependencies");
  stack.write("package.json", JSON.stringify({ type: "module", devDependencies: { "@company/seeds": "*" } }));
  succeeded(await stack.destroy());
  expect(shop.pushes()).toEqual([1, 1]);
});

const inline = `import { join } from "node:path";
import { Config } from "@pulumi/pulumi";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { MessageManifest } from "queue-seeder";

const program = async () => {
  const queueId = new Config("shop").require("queueId");
  new MessageManifest("orders", { path: "seeds/orders.yaml", queueId });
  new MessageManifest("values", { messages: [{ id: "value", body: 1 }], queueId });
};
const workDir = join(import.meta.dirname, "..");
const stack = await LocalWorkspace.selectStack({ stackName: "test", projectName: "shop", program }, { workDir });
await stack.up({ onOutput: console.log });
`;

it("keeps the files of an inline program in its project, wherever it is run", async () => {
  const files = {
    "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
    "tools/deploy.mjs": inline,
    "seeds/orders.yaml": manifest("a"),
  };
  await using shop = await makeShop({ tarball: packed(), files });
  const { stack } = shop;
  const { dir, env } = stack.project;
  const script = join(dir, "tools/deploy.mjs");
  const deploy = (cwd: string): Promise<ProcessResult> =>
    spawnProcess(process.execPath, [script], { cwd, env, timeoutMs: 150_000 }).done;
  const journals = join(dir, ".queue-seeder/journal");

  succeeded(await deploy(join(dir, "tools")));
  expect([...shop.bodies()].sort()).toEqual([1, "a"]);
  expect(readdirSync(journals)).not.toEqual([]);
  rmSync(journals, { recursive: true });

  const elsewhere = join(dir, "../elsewhere/deep");
  mkdirSync(elsewhere, { recursive: true });
  stack.write("seeds/orders.yaml", manifest("a", "b"));
  succeeded(await deploy(elsewhere));
  expect(shop.bodies().at(-1)).toBe("b");
  expect(readdirSync(journals)).not.toEqual([]);
  for (const folder of [elsewhere, dirname(elsewhere), dirname(dir), join(dir, "tools")]) {
    expect(existsSync(join(folder, ".queue-seeder"))).toBe(false);
  }
  expect(new Set(roots(stack.exportState(), dir))).toEqual(new Set(["."]));
  expect(shop.pushes().reduce((sum, count) => sum + count)).toBe(3);
});

function roots(state: string, dir: string): unknown[] {
  const resources: readonly { inputs?: { root?: unknown }; outputs?: unknown }[] =
    JSON.parse(state).checkpoint.latest.resources;
  // Pulumi records an absolute source position for a resource of an inline program; the inputs and outputs contain no such path.
  const given = resources.map(({ inputs, outputs }) => ({ inputs, outputs }));
  expect(JSON.stringify(given)).not.toContain(dir);
  return resources.flatMap(({ inputs }) => inputs?.root ?? []);
}

it("refuses Yarn's Plug'n'Play in the program, with the command that helps", async () => {
  const remedy = "YARN_PNP: Yarn installed the packages of this project with Plug'n'Play";
  const command = "yarn config set nodeLinker node-modules && yarn install";
  const files = { "index.ts": program("queue-seeder"), "seeds/orders.yaml": manifest("a") };
  await using shop = await makeShop({ tarball: packed(), files });
  const { stack } = shop;
  // Simulates Plug'n'Play, which sets this property and has no node_modules.
  stack.write("pnp.cjs", 'process.versions.pnp = "3";\n');
  const env = { NODE_OPTIONS: `--require ${join(stack.project.dir, "pnp.cjs")}` };
  const up = await stack.up({ env });
  expect(up.code).not.toBe(0);
  expect(outputOf(up)).toContain(remedy);
  expect(outputOf(up)).toContain(command);
  expect(shop.pushes()).toEqual([]);
});
