import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { workerName } from "../../infra/producer-worker.ts";
import { type Outputs, runProgram } from "../../infra/program.ts";
import { decodeSegment } from "../../src/lifecycle/state/encoded-segment.ts";
import { deriveKeyPair } from "../../src/producer/signing.ts";
import { outputsOf } from "../engine-units/fixture.ts";

type Request = InstanceType<typeof resourceProto.RegisterResourceRequest>;

/** A resource that the program registered. */
interface Registered {
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** URNs of the resources that it depends on. */
  readonly dependencies: readonly string[];
  readonly aliases: readonly string[];
  readonly protect: boolean | undefined;
  readonly import: string;
}

interface Ran {
  readonly outputs: Outputs;
  /** By resource name. */
  readonly resources: ReadonlyMap<string, Registered>;
}

const accountId = "0123456789abcdef0123456789abcdef";
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const workerUrl = "https://seeder.example.workers.dev";
const workerKey = Buffer.alloc(32, 1).toString("base64");
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "program-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true });
});

/** Returns the outputs of the provider. In a preview, those of a new queue contain only its inputs. */
function stateOf({ type, name, inputs }: pulumi.runtime.MockResourceArgs, preview: boolean): Record<string, unknown> {
  switch (type) {
    case "cloudflare:index/queue:Queue":
      return preview ? inputs : { ...inputs, queueId: `id-of-${name}` };
    case "cloudflare:index/worker:Worker":
      return preview ? inputs : { ...inputs, subdomain: { ...inputs.subdomain, url: workerUrl } };
    case "pulumi-nodejs:dynamic:Deployments":
      return preview ? inputs : { ...inputs, ids: { a: "first", b: "second" } };
    case "pulumi-nodejs:dynamic:Segment": {
      const { messages } = JSON.parse(inputs.terms);
      const at = "2026-08-01T00:00:00.000Z";
      const lastPush = { pushed: messages, requests: 1, at, commit: "c0ffee" };
      const metrics = { backlog_count: messages, backlog_bytes: 9, oldest_message_timestamp_ms: 0 };
      const done = { pushed: messages, inDoubt: 0, lastPush, metrics, metricsAt: at };
      return preview ? inputs : { ...inputs, record: JSON.stringify(done) };
    }
    default:
      return inputs;
  }
}

/**
 * Runs the program without Pulumi. The mocks see only inputs, so the requests are read on arrival.
 *
 * @param recorded the resources in the Pulumi state, by URN
 */
async function run(
  queues: object,
  messages: Readonly<Record<string, string>>,
  preview = false,
  config: Readonly<Record<string, string>> = {},
  recorded: Readonly<Record<string, unknown>> = {},
): Promise<Ran> {
  for (const [path, text] of Object.entries(messages)) {
    mkdirSync(dirname(join(root, "messages", path)), { recursive: true });
    writeFileSync(join(root, "messages", path), text);
  }
  const mocks: pulumi.runtime.Mocks = {
    call: ({ token, inputs }) => {
      if (token === "pulumi:pulumi:readStackResourceOutputs") return { outputs: recorded };
      if (token !== "cloudflare:index/getQueue:getQueue") throw new Error(`the program calls ${token}`);
      return { queueName: `name-of-${inputs.queueId}` };
    },
    newResource: (args) => ({ id: `${args.name}-id`, state: stateOf(args, preview) }),
  };
  await pulumi.runtime.setMocks(mocks, "shop", "review-7", preview, "organization");
  const own = { "queue-seeder:accountId": accountId, "queue-seeder:queues": JSON.stringify(queues) };
  pulumi.runtime.setAllConfig({ ...own, ...config });
  const monitor: { registerResource(request: Request, done: unknown): void } = pulumi.runtime.getMonitor() as never;
  const calls = vi.spyOn(monitor, "registerResource");
  const outputs = await runProgram(root);
  // Public at run time, but missing from the SDK's types.
  const registeredAll: () => Promise<void> = Reflect.get(pulumi.runtime, "waitForRPCs");
  await registeredAll();
  return { outputs, resources: new Map(calls.mock.calls.map(([request]) => [request.getName(), registered(request)])) };
}

function registered(request: Request): Registered {
  const { run = {}, ...inputs } = request.getObject()?.toJavaScript() ?? {};
  return {
    type: request.getType(),
    inputs: { ...decodeSegment(inputs), ...(run as object) },
    dependencies: request.getDependenciesList(),
    aliases: request.getAliasesList().map((alias) => alias.getSpec()?.getName() ?? alias.getUrn()),
    protect: request.getProtect(),
    import: request.getImportid(),
  };
}

const promiseOf = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));
const names = (urns: readonly string[] = []) => urns.map((urn) => urn.split("::").at(-1));

it("registers the segments of each manifest, and gives their account as the stack's outputs", async () => {
  const { outputs, resources } = await run(
    { orders: { id: "known" } },
    {
      "a.yaml": "queue: orders\nmessages: [{ body: 1 }, { body: 2 }]\n",
      "b.yaml": "queue: orders\nmessages: [{ body: 3 }]\n",
    },
  );
  expect([...resources.keys()].sort()).toEqual(["a/0", "b/0", "deployments"]);
  expect(resources.get("a/0")).toMatchObject({
    type: "pulumi-nodejs:dynamic:Segment",
    inputs: {
      accountId,
      queueId: "known",
      stack: "review-7",
      project: "shop",
      manifest: "a",
      messages: 2,
      deployment: "first",
    },
  });
  expect(resources.get("a/0")?.inputs.root).toBe(relative(process.cwd(), root));
  expect(Object.keys(outputs.manifests)).toEqual(["a", "b"]);
  const a = outputs.manifests.a as pulumi.Output<unknown>;
  expect(await promiseOf(a)).toMatchObject({ queue: "orders", messages: 2, pushed: 2, pending: 0, inDoubt: 0 });
  const orders = outputs.queues.orders as pulumi.Output<unknown>;
  expect(await promiseOf(orders)).toMatchObject({ id: "known", metrics: { backlog_bytes: 9 } });
});

it("creates and adopts queues as configured, and pushes to them", async () => {
  const { resources } = await run(
    {
      fresh: { create: true, name: "fresh-${stack}", jurisdiction: "eu", settings: { delivery_delay: 3 } },
      old: { create: true, name: "old", adopt: "0ld" },
      known: { id: "known" },
    },
    { "a.yaml": "queue: fresh\nmessages: [{ body: 1 }]\n" },
  );
  expect(resources.get("fresh")).toEqual({
    type: "cloudflare:index/queue:Queue",
    inputs: { accountId, queueName: "fresh-review-7", jurisdiction: "eu", settings: { deliveryDelay: 3 } },
    dependencies: [],
    aliases: [],
    protect: false,
    import: "",
  });
  expect(resources.get("old")).toMatchObject({
    inputs: { accountId, queueName: "old" },
    protect: true,
    import: `${accountId}/0ld`,
  });
  expect(resources.get("old")?.inputs).not.toHaveProperty("settings");
  expect(resources.has("known")).toBe(false);
  expect(resources.get("a/0")?.inputs.queueId).toBe("id-of-fresh");
  expect(names(resources.get("a/0")?.dependencies)).toContain("fresh");
});

it("does not have a queue's id before the queue is created, and still plans the messages", async () => {
  const { outputs, resources } = await run(
    { fresh: { create: true } },
    { "a.yaml": "queue: fresh\nmessages: [{ body: 1 }, { body: 2 }]\n" },
    true,
  );
  expect(resources.get("a/0")?.inputs).toMatchObject({ queueId: unknown, messages: 2, preview: true });
  const isKnown: Promise<boolean> = Reflect.get(outputs.queues.fresh ?? {}, "isKnown");
  expect(await isKnown).toBe(false);
});

it("orders manifests by `after`, and gives them their former names as aliases", async () => {
  const { resources } = await run(
    { orders: { id: "known" } },
    {
      "a.yaml": "queue: orders\nafter: [b]\nmessages: [{ body: 1 }]\n",
      "b.yaml": "queue: orders\nmoved_from: [old/b]\nmessages: [{ body: 2 }]\n",
    },
  );
  expect(names(resources.get("a/0")?.dependencies).sort()).toEqual(["b/0", "deployments"]);
  expect(names(resources.get("b/0")?.dependencies)).toEqual(["deployments"]);
  expect(resources.get("b/0")?.aliases).toEqual(["old/b/0"]);
  expect(resources.get("deployments")?.inputs).toMatchObject({ manifests: ["a", "b"], formerNames: { b: ["old/b"] } });
});

it("registers nothing if one manifest is invalid", async () => {
  const wrong = {
    "a.yaml": "queue: fresh\nmessages: [{ body: 1 }]\n",
    "b.yaml": "queue: nowhere\nmessages: [{ body: 1 }]\n",
  };
  await expect(run({ fresh: { create: true } }, wrong)).rejects.toThrow(/messages\/b\.yaml:1:8 QUEUE_UNKNOWN/);
  const monitor: { getRegisteredResources(): ReadonlyMap<string, unknown> } = pulumi.runtime.getMonitor() as never;
  expect([...monitor.getRegisteredResources().keys()]).toEqual([]);
});

const worker = { "queue-seeder:workerKey": workerKey };
const oneEach = {
  "a.yaml": "queue: orders\nmessages: [{ body: 1 }]\n",
  "b.yaml": "queue: emails\nmessages: [{ body: 2 }]\n",
};

it("deploys a Worker for the queues with that transport, and has their segments wait for it", async () => {
  const queues = {
    orders: { id: "known", transport: "worker" },
    "z-fresh": { create: true, name: "a-${stack}", transport: "worker" },
    emails: { id: "other" },
  };
  const { resources } = await run(queues, oneEach, false, worker);
  const name = "queue-seeder-shop-review-7";
  expect(resources.get("producer")).toMatchObject({
    type: "cloudflare:index/worker:Worker",
    inputs: { accountId, name, subdomain: { enabled: true, previewsEnabled: false } },
  });
  const version = resources.get("producer-version");
  const code = readFileSync(join(import.meta.dirname, "../../src/producer/worker.js"));
  const digest = createHash("sha256").update(code).digest("hex");
  expect(version).toMatchObject({
    type: "cloudflare:index/workerVersion:WorkerVersion",
    inputs: {
      accountId,
      workerId: "producer-id",
      deploy: true,
      mainModule: "worker.js",
      modules: [{ name: "worker.js", contentBase64: code.toString("base64") }],
      exports: { Ledger: { type: "durable-object", storage: "sqlite" } },
    },
  });
  expect(version?.inputs.bindings).toEqual([
    { name: "CODE_DIGEST", type: "plain_text", text: digest },
    { name: "LEDGER", type: "durable_object_namespace", className: "Ledger" },
    { name: "PUBLIC_KEY", type: "plain_text", text: deriveKeyPair(workerKey, accountId, name).publicKey },
    { name: "QUEUE_a_review_7", type: "queue", queueName: "a-review-7" },
    { name: "QUEUE_name_of_known", type: "queue", queueName: "name-of-known" },
  ]);
  expect(resources.get("a/0")?.inputs.worker).toEqual({
    url: workerUrl,
    name,
    code: digest,
    queue: "name-of-known",
    queues: ["a-review-7", "name-of-known"],
  });
  expect(names(resources.get("a/0")?.dependencies)).toEqual(expect.arrayContaining(["producer", "producer-version"]));
  expect(resources.get("b/0")?.inputs).not.toHaveProperty("worker");
  expect(names(resources.get("b/0")?.dependencies)).not.toContain("producer-version");
  expect(JSON.stringify([...resources])).not.toContain(workerKey);
});

it("does not have the Worker's address in the preview of the run that creates it", async () => {
  const { resources } = await run({ orders: { id: "known" } }, { "a.yaml": oneEach["a.yaml"] }, true, {
    ...worker,
    "queue-seeder:transport": "worker",
  });
  expect(resources.get("producer-version")?.inputs.bindings).toHaveLength(4);
  expect(resources.get("a/0")?.inputs).toMatchObject({ worker: { url: "" }, messages: 1 });
});

it("uses the Worker at a given address and deploys none; the provider reads the names that are not configured", async () => {
  const queues = { orders: { id: "known" }, emails: { id: "other", name: "emails-prod" } };
  const { resources } = await run(queues, oneEach, false, {
    ...worker,
    "queue-seeder:transport": "worker",
    "queue-seeder:worker": JSON.stringify({ url: "https://own.example.com/" }),
  });
  expect(resources.has("producer")).toBe(false);
  expect(resources.get("a/0")?.inputs.worker).toEqual({ url: "https://own.example.com", name: "queue-seeder" });
  expect(resources.get("b/0")?.inputs.worker).toEqual({
    url: "https://own.example.com",
    name: "queue-seeder",
    queue: "emails-prod",
  });
});

it("passes to the check of a segment the latest run in the state, only with a Worker and not in a preview", async () => {
  const queues = { orders: { id: "known", transport: "worker" }, emails: { id: "other" } };
  const type = "pulumi-nodejs:dynamic:Segment";
  // Under a former name: the deployment is the same.
  const urn = `urn:pulumi:review-7::shop::${type}::former/0`;
  const given = { ...worker, "queue-seeder:worker": JSON.stringify({ url: "https://own.example.com" }) };
  const recorded = {
    [urn]: { type, outputs: { ...outputsOf("a"), deployment: "first", runs: ["latest", "earlier"] } },
  };
  const inputsOf = async (state: object, preview = false) => {
    const { resources } = await run(queues, oneEach, preview, given, state as typeof recorded);
    return ["a/0", "b/0"].map((name) => resources.get(name)?.inputs.recordedRun);
  };
  expect(await inputsOf(recorded)).toEqual(["latest", undefined]);
  expect(await inputsOf({})).toEqual([undefined, undefined]);
  expect(await inputsOf(recorded, true)).toEqual([undefined, undefined]);
});

it("refuses the Worker without a key, before anything is registered", async () => {
  const asked = run({ orders: { id: "known" } }, { "a.yaml": oneEach["a.yaml"] }, false, {
    "queue-seeder:transport": "worker",
  });
  await expect(asked).rejects.toThrow(/queue-seeder:transport CONFIG_INVALID: the Worker has no key/);
});

it.each([
  ["shop", "dev", "queue-seeder-shop-dev"],
  ["Shop", "dev", "queue-seeder-shop-dev-"],
  ["shop", "feature/a_b", "queue-seeder-shop-feature-a-b-"],
  [
    "a-project-with-a-very-long-name",
    "and-a-stack-with-a-long-one",
    "queue-seeder-a-project-with-a-very-long-name-and-a-sta",
  ],
])("names the Worker of %s and %s as a host name allows, and differently for each", (project, stack, start) => {
  const name = workerName(project, stack);
  expect(name).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/);
  expect(name.startsWith(start)).toBe(true);
  expect(workerName(project, `${stack}x`)).not.toBe(name);
});
