import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { type Emulator, startEmulator } from "../../../src/emulator/index.ts";
import { describeEvent } from "../../../src/lifecycle/protocol/describe.ts";
import type { RunEvent } from "../../../src/lifecycle/protocol/events.ts";
import { emptyRequest, encodeRequest, type RunRequest, requestEnv } from "../../../src/lifecycle/protocol/request.ts";
import { createProvider, type SegmentProvider } from "../../../src/lifecycle/segment-provider.ts";
import { loadSegments } from "../../../src/lifecycle/source/load-segments.ts";
import { planSegment } from "../../../src/lifecycle/state/inputs.ts";
import type { SegmentInputs, SegmentOutputs } from "../../../src/lifecycle/state/segment.ts";
import { type Clock, systemClock } from "../../../src/push/index.ts";

type Inputs = SegmentInputs & { readonly __provider: string };

/** A provider process, which Pulumi starts for each run. */
export interface Provider {
  readonly lifecycle: SegmentProvider;
  /** Ends the run, as Pulumi does. */
  end(): void;
  /** Makes the same call on a first SIGINT or SIGTERM. */
  cancel(): void;
}

/** A repository, a queue and a simulated Pulumi engine, which is the only fake. */
export interface World extends AsyncDisposable {
  readonly root: string;
  readonly emulator: Emulator;
  /** Messages for users, without progress. */
  readonly logged: string[];
  /** Reported events, including ephemeral progress. */
  readonly events: RunEvent[];
  /** Makes providers that are started from now on use a request, as a command does. */
  request(request: Partial<RunRequest>): void;
  /** Whether the simulated Pulumi engine listens. */
  engine: boolean;
  /** The environment of providers that are started from now on. */
  readonly env: Record<string, string>;
  /** @param clock default: the system's */
  start(config?: Readonly<Record<string, string>>, clock?: Clock): Provider;
  write(path: string, text: string): void;
  /** Returns the inputs of all segments of the one manifest, as the program makes them. */
  segments(): Promise<Inputs[]>;
  /** Writes `messages/a.yaml`, and returns the inputs of its one segment. */
  segment(text: string): Promise<Inputs>;
  bodies(): unknown[];
}

export async function makeWorld(): Promise<World> {
  const root = mkdtempSync(join(tmpdir(), "lifecycle-"));
  const emulator = await startEmulator({ queues: [{ name: "orders" }, { name: "second" }], rateLimit: false });
  const logged: string[] = [];
  const events: RunEvent[] = [];
  const variables = { project: "p", config: {}, secrets: ["key"], env: {} };
  const world: World = {
    root,
    emulator,
    logged,
    events,
    request(request) {
      const file = join(root, "request.json");
      writeFileSync(file, encodeRequest({ ...emptyRequest, ...request }));
      world.env[requestEnv] = file;
    },
    engine: true,
    env: { CLOUDFLARE_BASE_URL: emulator.baseUrl, CLOUDFLARE_API_TOKEN: emulator.token },
    start(config = {}, clock = systemClock) {
      const ended = new AbortController();
      const lifecycle = createProvider({
        cwd: join(root, "infra"),
        env: { ...world.env },
        config: (key) => config[key],
        setBy: () => undefined,
        clock,
        log: async (event, _urn, passing) => {
          events.push(event);
          const described = describeEvent(event);
          if (described !== undefined && !passing) logged.push(`${described.severity}: ${described.text}`);
        },
        commit: () => "c0ffee",
        deployer: () => "ada",
        variables: async () => variables,
        isEngineAlive: async () => world.engine,
        cancelled: ended.signal,
      });
      return {
        lifecycle,
        end: () => ended.abort(),
        cancel: () => ended.abort(),
      };
    },
    write(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    async segments() {
      const { manifests, problems, segmentsOf } = await loadSegments({ root, stack: "dev", variables });
      expect(problems).toEqual([]);
      const [manifest] = manifests;
      if (manifest === undefined) throw new Error("there is no manifest");
      const context = { stack: "dev", project: "p", root: ".." };
      return segmentsOf(manifest).map((each) => ({
        ...planSegment(manifest, each, context),
        accountId: emulator.accountId,
        queueId: emulator.queueId("orders"),
        deployment: "the first",
        resourceUrn: `urn:a/${each.index}`,
        __provider: "the stub",
      }));
    },
    async segment(text) {
      world.write("messages/a.yaml", text);
      const [inputs] = await world.segments();
      if (inputs === undefined) throw new Error("there is no segment");
      return inputs;
    },
    bodies: () => emulator.messages("orders").map(({ body }) => body),
    async [Symbol.asyncDispose]() {
      await emulator.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
  world.write("infra/index.ts", "");
  return world;
}

/** Returns outputs with the empty lists that the Pulumi state leaves out. */
export function withEmpties(outputs: SegmentOutputs) {
  const { elsewhere = [], inDoubtMessages = [], lastPush } = outputs;
  return { ...outputs, elsewhere, inDoubtMessages, lastPush: { possibleDuplicates: [], ...lastPush } };
}

/** Returns the error of a failed run, with the outputs that Pulumi would store. */
export async function failureOf(run: Promise<unknown>): Promise<Error & { readonly outputs?: SegmentOutputs }> {
  const failure = await run.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof Error)) throw new Error("the run was to fail");
  return failure;
}
