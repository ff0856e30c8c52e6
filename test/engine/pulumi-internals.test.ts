import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { parse, stringify } from "yaml";
import { stubs } from "../../infra/pulumi-internals/provider-stub.ts";
import { type PreviewReading, readPreview } from "../../src/engine/preview.ts";
import { findPulumi, type Pulumi } from "../../src/engine/pulumi.ts";
import {
  exitCodes,
  isBrokenCheckpoint,
  type LockOwner,
  parseLockMessage,
  parseReason,
  stripColours,
} from "../../src/engine/pulumi-internals/cli-messages.ts";
import {
  type ExportedResource,
  isEncrypted,
  parseExportedState,
} from "../../src/engine/pulumi-internals/exported-state.ts";
import { isLauncher, plugins } from "../../src/engine/pulumi-internals/installation.ts";
import { readLockFile } from "../../src/engine/pulumi-internals/lock-files.ts";
import { type EngineEvent, type EngineResult, runPulumi } from "../../src/engine/run-pulumi.ts";
import { decodeEvent, type RunEvent } from "../../src/lifecycle/protocol/events.ts";
import { assertReliable, type FilesCheckedWith } from "../infra/pulumi-internals/catalogue.ts";
import type { Process } from "./support/processes.ts";
import { makeStack, type OwnStack } from "./support/stack.ts";
import { tinyProgram } from "./support/tiny.ts";

const type = "pulumi-nodejs:dynamic:Thing";

/** Registers one dynamic resource by means of the internals, and exports what it saw. */
const index = `
import { createRequire } from "node:module";
import { runInThisContext } from "node:vm";
import { DynamicResource } from "./pulumi-internals/dynamic-resource.ts";
import { stubs } from "./pulumi-internals/provider-stub.ts";
import * as pulumi from "./pulumi-internals/sdk.ts";
import { readStackResources } from "./pulumi-internals/stack-resources.ts";
import { warmUpProvider } from "./pulumi-internals/warm-up-provider.ts";
import { withoutSourceMaps } from "./pulumi-internals/without-source-maps.ts";

/** What the SDK has loaded that only some programs use, and whether V8's own functions can be called, as one of these needs. */
export const atStart = { unused: listUnused(), natives: areNativesAllowed() };

function listUnused() {
  const files = Object.keys(createRequire(import.meta.url).cache);
  return files.filter((file) => /node_modules\\/(typescript|@npmcli\\/arborist|@opentelemetry\\/sdk-trace-node)\\//.test(file));
}

function areNativesAllowed() {
  try {
    return runInThisContext("%IsSmi(1)");
  } catch {
    return false;
  }
}

const installed = typeof Error.prepareStackTrace;
withoutSourceMaps();
await warmUpProvider();
const recorded = Object.entries(await readStackResources());

class Thing extends DynamicResource {
  constructor(name: string) {
    const resourceUrn = new Promise((resolve) => { pulumi.createUrn(name, "${type}").apply(resolve); });
    const inputs = { resourceUrn, token: pulumi.secret("a secret"), wait: process.env.WAIT ?? "" };
    super(stubs.segment, "${type}", name, inputs, undefined);
  }
}
new Thing("thing");

/** A resource of the user's own, whose provider captures a value. */
const { dynamic } = await import("@pulumi/pulumi");
const captured = { answer: 42 };
class Own extends dynamic.Resource {
  declare readonly answer: unknown;
  constructor() {
    super({ create: async () => ({ id: "own", outs: captured }) }, "own", { answer: undefined });
  }
}

export const own = new Own().answer;
export const stacks = [installed, typeof Error.prepareStackTrace];
export const things = recorded.flatMap(([urn, { type, outputs }]) => (type === "${type}" ? [{ urn, recorded: outputs.resourceUrn }] : []));
`;

const waiting: RunEvent = { kind: "waiting", reason: "because", until: "2026-08-01T10:00:00.000Z", secondsLeft: 3 };

/** The provider: logs an event, describes its process, and waits if the program says so. */
const lifecycle = `
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createEngineLog } from "./pulumi-internals/engine-log.ts";
import { isEngineAlive, watchParent } from "./pulumi-internals/parent-watch.ts";

const address = process.argv[2] ?? "";
const log = createEngineLog(address, () => true);
watchParent({ isAlive: () => isEngineAlive(address), exit: () => process.exit(1), everyMs: 100 });

export const configure = () => {};
export const check = async (_olds: object, inputs: object) => ({ inputs });
export const diff = async (_id: string, olds: { wait: string }, news: { wait: string }) => ({
  changes: olds.wait !== news.wait,
  replaces: olds.wait !== news.wait ? ["wait"] : [],
});
export const create = async (inputs: { resourceUrn: string; wait: string }) => {
  await log(${JSON.stringify(waiting)}, inputs.resourceUrn, "passing");
  if (inputs.wait !== "") {
    writeFileSync(inputs.wait, "");
    await new Promise(() => {});
  }
  const modules = Object.keys(createRequire(import.meta.url).cache);
  const unused = modules.filter((file) => /node_modules\\/(typescript|@npmcli\\/arborist)\\//.test(file));
  return { id: "1", outs: { ...inputs, process: { script: process.argv[1], options: process.env.NODE_OPTIONS, unused } } };
};
const remove = async () => {};
export { remove as delete };
`;

/** What the runs of Pulumi showed. */
interface Seen {
  readonly result: EngineResult;
  readonly events: readonly EngineEvent[];
  readonly selected: number | null;
  /** Outputs of the second run. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly resources: readonly ExportedResource[];
  readonly tainted: readonly ExportedResource[];
  readonly preview: PreviewReading;
  /** A run that waits: its process, its lock, the output of a second run, and the providers before and after a kill. */
  readonly holder: number | undefined;
  readonly lock: LockOwner | undefined;
  readonly refusal: string;
  readonly providers: readonly Process[];
  readonly orphans: readonly Process[];
}

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** The options of the repository's own program, for another one. */
function pulumiYaml(): string {
  const { runtime, plugins } = parse(readFileSync(join(repository, "Pulumi.yaml"), "utf8"));
  return stringify({ name: "tiny", main: "infra/index.ts", runtime, plugins }, { lineWidth: 0 });
}

let stack: OwnStack;
let pulumi: Pulumi;
let seen: Seen;

beforeAll(async () => {
  stack = await makeStack({
    copy: ["infra/pulumi-internals", "infra/preload.cjs", "infra/check-node-version.cjs", "src"],
    files: { ...tinyProgram(index, lifecycle), "Pulumi.yaml": pulumiYaml() },
  });
  const { project, name } = stack;
  pulumi = await findPulumi(project.dir, project.env);
  const events: EngineEvent[] = [];
  const result = await runPulumi({
    root: project.dir,
    stack: name,
    pulumi,
    env: project.env,
    onEvent: (event) => events.push(event),
    stop: new AbortController().signal,
  });
  const selected = (await pulumi.run(["stack", "--show-name"])).code;
  await stack.up();
  const outputs = stack.outputs();
  const exported = async () => parseExportedState((await stack.pulumi(["stack", "export"])).stdout);
  const resources = await exported();
  const urn = resources.find((each) => each.type === type)?.urn ?? "";
  await stack.pulumi(["state", "taint", urn, "--yes"]);
  const tainted = await exported();
  const preview = await readPreview(async () => pulumi, name);
  const marker = join(project.dir, "waits");
  const run = stack.spawnUp({ env: { WAIT: marker } });
  await vi.waitUntil(() => existsSync(marker), { timeout: 60_000 });
  const lock = readLockFile(project.env.PULUMI_BACKEND_URL ?? "", "tiny", name);
  const refusal = stripColours((await stack.up()).stderr);
  const running = () => stack.processes().filter(({ command }) => command.includes("dynamic-provider"));
  const providers = running();
  run.child.kill("SIGKILL");
  await run.done;
  await vi.waitUntil(() => running().length === 0, { timeout: 30_000 }).catch(() => undefined);
  const orphans = running();
  const holder = run.child.pid;
  seen = { result, events, selected, outputs, resources, tainted, preview, holder, lock, refusal, providers, orphans };
});
afterAll(() => stack[Symbol.asyncDispose]());

const thing = (resources: readonly ExportedResource[]) => resources.find((each) => each.type === type);

const checks = {
  "src/engine/pulumi-internals/event-server.ts"() {
    expect(seen.result).toEqual({ kind: "ok" });
    expect(seen.events.some(({ summaryEvent }) => summaryEvent?.resourceChanges.create === 3)).toBe(true);
    expect(seen.selected).not.toBe(0);
  },
  "infra/pulumi-internals/engine-log.ts"() {
    const logged = seen.events.flatMap(({ diagnosticEvent }) => {
      const decoded = decodeEvent(diagnosticEvent?.message.trimEnd() ?? "");
      return decoded.kind === "event" ? [[decoded.event, diagnosticEvent?.urn, diagnosticEvent?.ephemeral]] : [];
    });
    expect(logged).toEqual([[waiting, thing(seen.resources)?.urn, true]]);
  },
  "infra/pulumi-internals/warm-up-provider.ts"() {
    const types = seen.resources.map((each) => each.type).sort();
    // The provider `pulumi` answers the read of the stack's resources.
    const providers = ["pulumi:providers:pulumi", "pulumi:providers:pulumi-nodejs"];
    expect(types).toEqual([...providers, "pulumi:pulumi:Stack", type, "pulumi-nodejs:dynamic:Resource"].sort());
  },
  "infra/pulumi-internals/dynamic-resource.ts"() {
    expect(thing(seen.resources)).toMatchObject({ inputs: { __provider: stubs.segment }, outputs: { wait: "" } });
  },
  "infra/pulumi-internals/stack-resources.ts"() {
    const urn = thing(seen.resources)?.urn;
    expect(seen.outputs.things).toEqual([{ urn, recorded: urn }]);
  },
  "infra/pulumi-internals/defer-modules.cjs"() {
    expect(seen.outputs.atStart).toEqual({ unused: [], natives: false });
    expect(seen.outputs.own).toBe(42);
  },
  "infra/pulumi-internals/dynamic-provider/start.cjs"() {
    expect(thing(seen.resources)?.outputs).toMatchObject({
      process: {
        script: join(realpathSync(stack.project.dir), "infra/pulumi-internals/dynamic-provider/start.cjs"),
        options: expect.stringMatching(/^--max-semi-space-size=\d+( |$)/),
        unused: [],
      },
    });
  },
  "infra/pulumi-internals/without-source-maps.ts"() {
    expect(seen.outputs.stacks).toEqual(["function", "undefined"]);
  },
  "infra/pulumi-internals/parent-watch.ts"() {
    expect(seen.providers).toHaveLength(1);
    expect(seen.orphans).toEqual([]);
  },
  "src/engine/pulumi-internals/exported-state.ts"() {
    const { inputs, replaced, deleted } = thing(seen.resources) ?? {};
    expect([isEncrypted(inputs?.token), isEncrypted(inputs?.wait), replaced, deleted]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(thing(seen.tainted)).toMatchObject({ replaced: true });
  },
  "src/engine/pulumi-internals/streaming-preview.ts"() {
    expect(seen.preview.kind === "made" && seen.preview.resources.find((each) => each.type === type)).toMatchObject({
      change: "replace",
      inputs: { wait: "", token: { ciphertext: "[secret]" } },
      before: { wait: "" },
    });
  },
  "src/engine/pulumi-internals/lock-files.ts"() {
    expect(seen.lock).toMatchObject({
      host: hostname(),
      pid: seen.holder,
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  },
  async "src/engine/pulumi-internals/cli-messages.ts"() {
    expect(parseLockMessage(seen.refusal)).toMatchObject({
      backend: "folder",
      owner: { host: hostname(), pid: seen.holder, since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
    });
    expect(isBrokenCheckpoint(parseReason(seen.refusal))).toBe(false);
    const nowhere = await pulumi.run(["stack", "export", "--stack", "nowhere"]);
    expect([nowhere.code, parseReason(nowhere.stderr)]).toEqual([
      exitCodes.stackNotFound,
      "no stack named 'nowhere' found",
    ]);
    expect(parseLockMessage(nowhere.stderr)).toBeUndefined();
    const out = await pulumi.run(["stack", "export", "--stack", "test"], { PULUMI_BACKEND_URL: "" });
    expect(out.code).toBe(exitCodes.notLoggedIn);
    writeFileSync(join(stack.project.dir, "../state/.pulumi/stacks/tiny/broken.json"), "{");
    const broken = await pulumi.run(["stack", "export", "--stack", "broken"]);
    expect(isBrokenCheckpoint(parseReason(broken.stderr))).toBe(true);
  },
  "src/engine/pulumi-internals/installation.ts"() {
    const { pulumi: file, binDir } = pulumi.engine;
    const folders = [binDir, dirname(realpathSync(file))];
    for (const plugin of plugins)
      expect(
        folders.some((folder) => existsSync(join(folder, plugin))),
        plugin,
      ).toBe(true);
    expect([isLauncher(file), isLauncher(join(repository, "node_modules/.bin/pulumi"))]).toEqual([false, true]);
  },
} satisfies Record<FilesCheckedWith<"cli">, () => unknown>;

it.each(Object.entries(checks) as [keyof typeof checks, () => unknown][])(
  "the Pulumi CLI has what %s relies on",
  assertReliable,
);
