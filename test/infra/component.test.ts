import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { MessageManifest } from "../../infra/component.ts";
import type { MessageManifestArgs } from "../../infra/component-args.ts";
import { deployFiles, deployValues } from "../../infra/component-manifests.ts";

const account = "0123456789abcdef0123456789abcdef";
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "component-"));
  writeFileSync(join(root, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  writeFileSync(join(root, "m.yaml"), "queue: orders\nmessages: [{ body: 1 }]\n");
  vi.spyOn(process, "cwd").mockReturnValue(root);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true });
});

async function begin(config: Readonly<Record<string, string>>, mocks: pulumi.runtime.Mocks): Promise<void> {
  await pulumi.runtime.setMocks(mocks, "shop", "dev", false, "organization");
  const key = Buffer.alloc(32, 1).toString("base64");
  pulumi.runtime.setAllConfig({ "queue-seeder:accountId": account, "queue-seeder:workerKey": key, ...config });
}

/** Creates a component named m. @returns the Worker of its only segment */
async function workerOf(args: MessageManifestArgs, config: Readonly<Record<string, string>>): Promise<unknown> {
  const workers: unknown[] = [];
  const mocks: pulumi.runtime.Mocks = {
    call: () => ({ outputs: {} }),
    newResource({ type, name, inputs }) {
      if (type === "pulumi-nodejs:dynamic:Segment") workers.push(inputs.worker);
      const record = JSON.stringify({ pushed: 1 });
      return { id: name, state: { ...inputs, ids: { m: "first" }, record } };
    },
  };
  await begin(config, mocks);
  const { pushed } = new MessageManifest("m", args);
  await new Promise((resolve) => pushed.apply(resolve));
  return workers[0];
}

const given = JSON.stringify({ url: "https://own.example.com", name: "own" });
const viaWorker = { "queue-seeder:transport": "worker", "queue-seeder:worker": given };
const queues = (orders: object) => ({ "queue-seeder:queues": JSON.stringify({ orders }) });

it.each<[string, MessageManifestArgs]>([
  ["messages of the program", { messages: [{ body: 1 }], queueId: "known", queue: "orders" }],
  ["manifests in files", { path: "m.yaml", queueId: "known" }],
])("pushes %s through the Worker at a given address, if the transport of their queue is worker", async (_, args) => {
  const own = { url: "https://own.example.com", name: "own" };
  expect(await workerOf(args, viaWorker)).toEqual(own);
  const named = queues({ id: "known", name: "orders-prod" });
  expect(await workerOf(args, { ...viaWorker, ...named })).toEqual({ ...own, queue: "orders-prod" });
  expect(
    await workerOf(args, { "queue-seeder:worker": given, ...queues({ id: "known", transport: "worker" }) }),
  ).toEqual(own);
  expect(await workerOf(args, { ...viaWorker, ...queues({ id: "known", transport: "rest" }) })).toBeUndefined();
  expect(await workerOf(args, {})).toBeUndefined();
});

it("refuses a queue whose transport is worker if no address is given: a component deploys no Worker", async () => {
  const segments: string[] = [];
  await begin(
    { "queue-seeder:transport": "worker" },
    {
      call: () => ({ outputs: {} }),
      newResource({ type, name, inputs }) {
        if (type === "pulumi-nodejs:dynamic:Segment") segments.push(name);
        return { id: name, state: inputs };
      },
    },
  );
  const within = { parent: new pulumi.ComponentResource("test:index:Parent", "m"), name: "m", formerNames: [] };
  const words =
    /^MessageManifest m ARGUMENTS_INVALID: the transport of orders is worker, and a component deploys no Worker\. Set queue-seeder:worker /;
  const values = { messages: [{ body: 1 }], queueId: "known", queue: "orders" };
  expect(() => deployValues(values, within)).toThrow(words);
  await expect(deployFiles({ path: "m.yaml", queueId: "known" }, within)).rejects.toThrow(words);
  expect(segments).toEqual([]);
});
