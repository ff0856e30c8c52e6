import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import {
  importGetQueue,
  importQueueResource,
  importWorkerResources,
} from "../../../infra/pulumi-internals/cloudflare-resources.ts";
import { readFormerNames } from "../../../infra/pulumi-internals/former-names.ts";
import { createStubs } from "../../../infra/pulumi-internals/provider-stub.ts";
import * as sdk from "../../../infra/pulumi-internals/sdk.ts";
import { isSecretKey } from "../../../infra/pulumi-internals/secret-keys.ts";
import { withoutStackTraces } from "../../../infra/pulumi-internals/without-stack-traces.ts";
import { assertReliable, type FilesCheckedWith } from "./catalogue.ts";
import { type ProviderProcess, startProvider } from "./provider-process.ts";

const internalsUrl = new URL("../../../infra/pulumi-internals/", import.meta.url);
const errorsUrl = new URL("../../../src/lifecycle/errors.ts", import.meta.url);

/** The module queue-seeder/lifecycle: answers with what it got, by means of the internals. */
const lifecycle = `
import { withPulumiErrors } from "${new URL("call-errors.ts", internalsUrl)}";
import { cancelSignal } from "${new URL("cancel-signal.ts", internalsUrl)}";
import { readWholeConfig } from "${new URL("whole-config.ts", internalsUrl)}";
import { PartialPushError, SeederError } from "${errorsUrl}";

let config, configured = 0;
const cancelled = cancelSignal();
export const configure = (request) => {
  configured += 1;
  config = readWholeConfig(request.config);
};
export const check = async (olds, news) => ({ inputs: { ...news, olds, config, configured } });
export const diff = async (id, olds, news) => ({ changes: olds.a !== news.a, replaces: [] });
export const create = withPulumiErrors(async (inputs) => {
  if (inputs.fail) throw new PartialPushError("a/0", { pushed: 3 }, "2 of 5 were not sent");
  return { id: "a/0", outs: { ...inputs, cancelled: cancelled.aborted } };
});
export const update = async (id, olds, news) => ({ outs: { id, olds, news } });
export const read = withPulumiErrors(async () => {
  throw new SeederError("METRICS_UNREADABLE", "why");
});
const remove = async () => { throw new Error("remove was called"); };
export { remove as delete };
export const configureDeployments = configure;
export const checkDeployments = async (olds, news) => ({ inputs: { ...news, list: true } });
`;

/** A program without Pulumi: it reports uncaught errors as the SDK does when it runs a program. */
const orphan = `
import * as log from "@pulumi/pulumi/log/index.js";
import { exitWhenUnread } from "${new URL("exit-when-unread.ts", internalsUrl)}";

exitWhenUnread();
process.on("uncaughtException", (error) => log.error(String(error)));
process.on("message", () => log.error("Pulumi is gone"));
process.send("ready");
`;

let folder: string;
let provider: ProviderProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-internals-"));
  const installed = join(folder, "node_modules/queue-seeder");
  mkdirSync(installed, { recursive: true });
  writeFileSync(join(installed, "lifecycle.mjs"), lifecycle);
  const exports = { "./lifecycle": "./lifecycle.mjs" };
  writeFileSync(join(installed, "package.json"), JSON.stringify({ name: "queue-seeder", exports }));
  provider = await startProvider(folder, { "queue-seeder:apiToken": "in plain text", "shop:region": "eu" });
});
afterAll(() => {
  provider.stop();
  rmSync(folder, { recursive: true });
});

/** The stubs of a project that does not depend on the package itself. */
const searching = createStubs(tmpdir());
const stubbed = { __provider: searching.segment };

const checks = {
  async "infra/pulumi-internals/provider-stub.ts"() {
    const first = await provider.check({ a: 1 }, { ...stubbed, a: 2 });
    const second = await provider.check({ a: 1 }, { ...stubbed, a: 2 });
    expect(first).toMatchObject({ a: 2, olds: { a: 1 }, configured: 1, ...stubbed });
    expect(second).toMatchObject({ configured: 1 });
    expect(await provider.diff("id", { ...stubbed, a: 1 }, { ...stubbed, a: 2 })).toBe("DIFF_SOME");
    expect(await provider.diff("id", { ...stubbed, a: 2 }, { ...stubbed, a: 2 })).toBe("DIFF_NONE");
    expect(await provider.create({ ...stubbed, a: 1 })).toMatchObject({ id: "a/0", outputs: { ...stubbed, a: 1 } });
    expect(await provider.update("id", { a: 1 }, { ...stubbed, a: 2 })).toMatchObject({
      ...stubbed,
      id: "id",
      olds: { a: 1 },
    });
    await expect(provider.remove("id", stubbed)).rejects.toThrow("remove was called");
    expect(await provider.check({}, { __provider: searching.deployments })).toMatchObject({ list: true });
    const direct = createStubs(folder);
    expect(direct.segment.length).toBeLessThan(256);
    expect(await provider.check({}, { __provider: direct.segment })).toMatchObject({ configured: 3 });
    expect(await provider.check({}, { __provider: direct.deployments })).toMatchObject({ list: true });
  },
  async "infra/pulumi-internals/whole-config.ts"() {
    expect(await provider.check({}, stubbed)).toMatchObject({
      config: { "queue-seeder:apiToken": "in plain text", "shop:region": "eu" },
    });
  },
  async "infra/pulumi-internals/call-errors.ts"() {
    const failed = await provider.create({ ...stubbed, fail: true }).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      details: "2 of 5 were not sent",
      partial: { id: "a/0", properties: { record: '{"pushed":3}' }, reasons: ["2 of 5 were not sent"] },
    });
    await expect(provider.read("id", stubbed)).rejects.toMatchObject({ details: "METRICS_UNREADABLE: why" });
    await vi.waitUntil(() => provider.stderr().includes("queue-seeder refused: see the error of the resource\n"));
    expect(provider.stderr()).not.toContain("METRICS_UNREADABLE");
  },
  async "infra/pulumi-internals/cancel-signal.ts"() {
    expect(await provider.create(stubbed)).toMatchObject({ outputs: { cancelled: false } });
    await provider.cancel();
    expect(await provider.create(stubbed)).toMatchObject({ outputs: { cancelled: true } });
  },
  async "infra/pulumi-internals/exit-when-unread.ts"() {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", orphan], {
      cwd: import.meta.dirname,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    onTestFinished(() => {
      child.kill("SIGKILL");
    });
    await once(child, "message");
    for (const stream of [child.stdout, child.stderr]) stream?.destroy();
    const exited = once(child, "exit");
    child.send("report");
    expect(await exited).toEqual([1, null]);
  },
  "infra/pulumi-internals/sdk.ts"() {
    const { Config, output, all, secret, ComponentResource, CustomResource, Resource, createUrn } = sdk;
    const { getOrganization, getProject, getStack, log, runtime } = sdk;
    expect({ Config, output, all, secret, ComponentResource, CustomResource, Resource, createUrn }).toEqual({
      Config: pulumi.Config,
      output: pulumi.output,
      all: pulumi.all,
      secret: pulumi.secret,
      ComponentResource: pulumi.ComponentResource,
      CustomResource: pulumi.CustomResource,
      Resource: pulumi.Resource,
      createUrn: pulumi.createUrn,
    });
    expect([getOrganization, getProject, getStack, log.warn]).toEqual([
      pulumi.getOrganization,
      pulumi.getProject,
      pulumi.getStack,
      pulumi.log.warn,
    ]);
    expect([runtime.allConfig, runtime.isDryRun, runtime.rpcKeepAlive]).toEqual([
      pulumi.runtime.allConfig,
      pulumi.runtime.isDryRun,
      pulumi.runtime.rpcKeepAlive,
    ]);
    expect(pulumi.RunError.isInstance(new sdk.RunError("why"))).toBe(true);
  },
  "infra/pulumi-internals/secret-keys.ts"() {
    const { setAllConfig }: { setAllConfig?(config: object, secretKeys?: readonly string[]): void } = pulumi.runtime;
    onTestFinished(() => setAllConfig?.({}, []));
    setAllConfig?.({ "shop:token": "t", "shop:region": "eu" }, ["shop:token"]);
    expect([isSecretKey("shop:token"), isSecretKey("shop:region")]).toEqual([true, false]);
  },
  async "infra/pulumi-internals/cloudflare-resources.ts"() {
    const { Worker, WorkerVersion } = await importWorkerResources();
    const resources = [await importQueueResource(), Worker, WorkerVersion];
    expect(resources.map((each) => Reflect.get(each, "__pulumiType"))).toEqual([
      "cloudflare:index/queue:Queue",
      "cloudflare:index/worker:Worker",
      "cloudflare:index/workerVersion:WorkerVersion",
    ]);
    for (const { prototype } of resources) expect(prototype).toBeInstanceOf(pulumi.CustomResource);
    expect(await importGetQueue()).toBeInstanceOf(Function);
  },
  async "infra/pulumi-internals/former-names.ts"() {
    await pulumi.runtime.setMocks({
      call: () => ({}),
      newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    });
    const aliased = (name: string, aliases: pulumi.ComponentResourceOptions["aliases"], parent?: pulumi.Resource) =>
      new pulumi.ComponentResource("test:index:Part", name, {}, { aliases: aliases ?? [], ...(parent && { parent }) });
    const shop = aliased("shop", [{ name: pulumi.output("store") }, "urn:pulumi:dev::p::test:index:Part::market"]);
    expect(await readFormerNames(shop)).toEqual(["store", "market"]);
    expect(await readFormerNames(aliased("shop-seeds", [{ name: "shop-data" }], shop))).toEqual([
      "shop-data",
      "store-seeds",
      "store-data",
      "market-seeds",
      "market-data",
    ]);
    expect(await readFormerNames(aliased("seeds", [{ parent: pulumi.rootStackResource }], shop))).toEqual([]);
    const unknown = Object.assign(pulumi.output("urn:pulumi:dev::p::test:index:Part::later"), {
      isKnown: Promise.resolve(false),
    });
    expect(await readFormerNames({ __name: "new", __aliases: [unknown] } as never)).toEqual([]);
  },
  async "infra/pulumi-internals/without-stack-traces.ts"() {
    await pulumi.runtime.setMocks({
      call: () => ({}),
      newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    });
    const monitor: { registerResource(request: RegisterRequest, ...more: unknown[]): unknown } =
      pulumi.runtime.getMonitor() as never;
    const registered = vi.spyOn(monitor, "registerResource");
    const plain = new pulumi.ComponentResource("test:index:Plain", "plain");
    const silent = withoutStackTraces(() => new pulumi.ComponentResource("test:index:Silent", "silent"));
    await Promise.all([plain, silent].map(({ urn }) => new Promise((resolve) => urn.apply(resolve))));
    const traced = registered.mock.calls.map(([request]) => [
      request.getName(),
      request.getSourceposition() !== undefined || (request.getStacktrace()?.getFramesList() ?? []).length > 0,
    ]);
    expect(traced).toEqual([
      ["plain", true],
      ["silent", false],
    ]);
  },
} satisfies Record<FilesCheckedWith<"sdk">, () => unknown>;

/** The part of a request that registers a resource that the test reads. */
interface RegisterRequest {
  getName(): string;
  getSourceposition(): unknown;
  getStacktrace(): { getFramesList(): readonly unknown[] } | undefined;
}

it.each(Object.entries(checks) as [keyof typeof checks, () => unknown][])(
  "the SDK has what %s relies on",
  assertReliable,
);
