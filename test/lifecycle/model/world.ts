import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isSharedDelivery, resolveDeliveryNumber } from "../../../src/lifecycle/delivery-number.ts";
import type { RepairAction } from "../../../src/lifecycle/protocol/events.ts";
import {
  emptyRequest,
  encodeRequest,
  type RepairRequest,
  requestEnv,
} from "../../../src/lifecycle/protocol/request.ts";
import { createProvider, type SegmentProvider } from "../../../src/lifecycle/segment-provider.ts";
import { withFormerSegments } from "../../../src/lifecycle/state/former-segments.ts";
import { planSegment } from "../../../src/lifecycle/state/inputs.ts";
import type { SegmentInputs, SegmentOutputs } from "../../../src/lifecycle/state/segment.ts";
import { limits } from "../../../src/limits.ts";
import { loadManifests } from "../../../src/manifest/index.ts";
import { createMessageSegment, RowSegmenter } from "../../../src/plan/index.ts";
import { Api, type Pushed } from "./api.ts";
import { watchDisk } from "./disk.ts";
import { filesOf, type Setting } from "./edits.ts";
import { type Disturbance, Process } from "./process.ts";

/** Rows per segment of a data file, and messages per request: small, so that a few items give several of both. */
export const segmentRows = 4;
const requestMessages = 2;

/** The Pulumi state. */
export interface State {
  readonly segments: readonly (SegmentOutputs | undefined)[];
  /** The id of the manifest's deployment; undefined if it is not deployed. */
  readonly deployment: string | undefined;
}

/** Options of a run. */
export interface Run {
  readonly disturbance?: Disturbance;
  /** Whether Pulumi fails to save its state. */
  readonly unsaved?: boolean;
  /** Whether each resource is tainted, so that Pulumi replaces it. */
  readonly tainted?: boolean;
  readonly repair?: { readonly action: RepairAction; readonly messages?: readonly string[] };
}

/** The result of a run for one segment. */
export interface Seen {
  readonly segment: number;
  /** `same`: the diff reported no changes. `refused`: it failed, and the state was not changed. */
  readonly end: "same" | "done" | "failed" | "refused" | "killed";
  /** The outputs that Pulumi was to store. */
  readonly outs: SegmentOutputs | undefined;
  /** Labels of the messages that the run names as possible duplicates. */
  readonly named: readonly string[];
  readonly error: string;
  readonly pushed: readonly Pushed[];
}

/** A repository, a queue and a simulated Pulumi engine. Everything else is real: files, journals, requests. */
export class World implements AsyncDisposable {
  readonly #root: string;
  readonly #api: Api;
  readonly #disk: Disposable;
  #processes = 0;
  #deployments = 0;
  state: State = { segments: [], deployment: undefined };

  private constructor(root: string, api: Api, disk: Disposable) {
    this.#root = root;
    this.#api = api;
    this.#disk = disk;
  }

  static async make(): Promise<World> {
    Object.assign(limits, { batchMessages: requestMessages });
    const root = mkdtempSync(join(tmpdir(), "model-"));
    mkdirSync(join(root, "infra"));
    return new World(root, await Api.start(), await watchDisk(".queue-seeder"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disk[Symbol.dispose]();
    await this.#api[Symbol.asyncDispose]();
    rmSync(this.#root, { recursive: true, force: true });
  }

  get journals(): readonly string[] {
    const folder = join(this.#root, ".queue-seeder/journal");
    try {
      return readdirSync(folder).map((file) => `${file}\n${readFileSync(join(folder, file), "utf8")}`);
    } catch {
      return [];
    }
  }

  /** Runs `pulumi up`: one segment after the other until one fails. */
  async up(setting: Setting, run: Run = {}): Promise<readonly Seen[]> {
    const before = this.state;
    const deployment = before.deployment ?? `deployment ${++this.#deployments}`;
    this.state = { ...before, deployment };
    const all = await this.#segments(setting, deployment, before.segments);
    const { process, lifecycle } = this.#start(setting.name, run);
    const seen: Seen[] = [];
    for (const inputs of all) {
      const one = await this.#segment(process, lifecycle, inputs, run);
      seen.push(one);
      if (one.end !== "same" && one.end !== "done") break;
    }
    if (process.isDead) this.#nameTheDead();
    else process.end();
    await process.discard();
    if (run.unsaved) this.state = before;
    return seen;
  }

  /** Runs `pulumi destroy`. */
  async destroy(): Promise<void> {
    const { process, lifecycle } = this.#start("", {});
    for (const segment of this.state.segments) await this.#remove(process, lifecycle, segment);
    process.end();
    this.state = { segments: [], deployment: undefined };
  }

  #start(name: string, { disturbance = {}, repair }: Run): { process: Process; lifecycle: SegmentProvider } {
    const process = new Process(++this.#processes, disturbance);
    this.#api.admit(process);
    const about = repair && { manifest: name, segments: `urn::${name}`, messages: undefined, ...repair };
    const lifecycle = createProvider({
      cwd: join(this.#root, "infra"),
      env: {
        CLOUDFLARE_BASE_URL: this.#api.baseUrl,
        CLOUDFLARE_API_TOKEN: process.token,
        ...(about !== undefined && this.#request(about)),
      },
      config: () => undefined,
      setBy: () => undefined,
      clock: process.clock,
      log: () => process.step(async () => {}),
      commit: () => "c0ffee",
      deployer: () => "ada",
      variables: async () => variables,
      isEngineAlive: () => process.step(async () => true),
      cancelled: process.cancelled.signal,
    });
    return { process, lifecycle };
  }

  #request(repair: RepairRequest): Readonly<Record<string, string>> {
    const file = join(this.#root, "request.json");
    writeFileSync(file, encodeRequest({ ...emptyRequest, repair }));
    return { [requestEnv]: file };
  }

  async #segment(process: Process, lifecycle: SegmentProvider, inputs: SegmentInputs, { tainted }: Run): Promise<Seen> {
    const { segment } = inputs;
    const from = this.#api.pushed.length;
    const olds = this.state.segments[segment];
    const turn = async (): Promise<Pick<Seen, "end" | "outs">> => {
      const checked = await lifecycle.check(olds ?? {}, { ...inputs, preview: false });
      // A resource to replace is deleted first, as the program requests.
      if (tainted && olds !== undefined) {
        await lifecycle.remove("id", olds);
        this.#keep(segment, undefined);
      }
      if (olds === undefined || tainted) return { end: "done", outs: (await lifecycle.create(checked.inputs)).outs };
      const { changes, replaces } = await lifecycle.diff("id", olds, checked.inputs);
      if (!changes) return { end: "same", outs: undefined };
      if (replaces.length === 0) return { end: "done", ...(await lifecycle.update("id", olds, checked.inputs)) };
      const { outs } = await lifecycle.create(checked.inputs);
      await lifecycle.remove("id", olds);
      return { end: "done", outs };
    };
    const found = await Promise.race([
      Process.running.run(process, turn).catch((error: unknown) => error),
      process.killed,
    ]);
    const seen = (end: Seen["end"], outs?: SegmentOutputs, error = ""): Seen => {
      if (outs !== undefined) this.#keep(segment, outs);
      const { at, possibleDuplicates = [] } = outs?.lastPush ?? {};
      const named = at === olds?.lastPush.at ? [] : possibleDuplicates;
      return { segment, end, outs, named, error, pushed: this.#api.pushed.slice(from) };
    };
    if (found === "killed") return seen("killed");
    if (!(found instanceof Error)) {
      const { end, outs } = found as Pick<Seen, "end" | "outs">;
      return seen(end, outs);
    }
    const kept = "outputs" in found ? (found.outputs as SegmentOutputs) : undefined;
    return seen(kept === undefined ? "refused" : "failed", kept, found.message);
  }

  /** Number of push requests so far. */
  get requests(): number {
    return this.#api.pushed.length;
  }

  /** Returns the bodies that a queue accepted after the first `requests` requests. */
  takenSince(requests: number, queue: string): ReadonlySet<number> {
    const taken = this.#api.pushed.slice(requests).filter((each) => each.accepted && each.queue === queue);
    return new Set(taken.flatMap(({ bodies }) => bodies));
  }

  async #remove(process: Process, lifecycle: SegmentProvider, props: SegmentOutputs | undefined): Promise<void> {
    if (props !== undefined) await Process.running.run(process, () => lifecycle.remove("id", props));
  }

  /** Stores the outputs as JSON, as Pulumi does. */
  #keep(segment: number, outs: SegmentOutputs | undefined): void {
    const segments = [...this.state.segments];
    segments[segment] = outs === undefined ? undefined : JSON.parse(JSON.stringify(outs));
    this.state = { ...this.state, segments };
  }

  async #segments(setting: Setting, deployment: string, before: State["segments"]): Promise<readonly SegmentInputs[]> {
    for (const [path, text] of Object.entries(filesOf(setting))) {
      mkdirSync(dirname(join(this.#root, path)), { recursive: true });
      writeFileSync(join(this.#root, path), text);
    }
    const segmenter = new RowSegmenter({ sizeOf: () => segmentRows });
    const { manifests, problems } = await loadManifests({
      root: this.#root,
      stack: "dev",
      variables,
      onMessage: (_, message, bytes) => segmenter.add(message, bytes),
    });
    const [manifest] = manifests;
    const errors = problems.filter(({ severity }) => severity === "error");
    if (manifest === undefined || errors.length > 0) throw new Error(JSON.stringify(problems));
    const { content, push } = manifest;
    const all = content.kind === "inline" ? [createMessageSegment(content.messages)] : segmenter.end(push === "once");
    const target = { accountId: "a".repeat(32), queueId: setting.queue };
    const kept = withFormerSegments(
      all,
      before.flatMap((each) => each ?? []),
    );
    const planned = kept.map((segment) => planSegment(manifest, segment, { stack: "dev", project: "p", root: ".." }));
    const recorded = planned.map(({ segment }) => before[segment]);
    const shared = isSharedDelivery(planned) && { deliveryNumber: resolveDeliveryNumber(planned, recorded, target) };
    return planned.map((segment) => ({
      ...segment,
      ...target,
      ...shared,
      deployment,
      resourceUrn: `urn::${setting.name}/${segment.segment}`,
      __provider: "the stub",
    }));
  }

  /** Replaces the process id in the journals: they name this process, which runs, and have to name a dead one. */
  #nameTheDead(): void {
    const folder = join(this.#root, ".queue-seeder/journal");
    if (!existsSync(folder)) return;
    for (const file of readdirSync(folder, { withFileTypes: true }).filter((each) => each.isFile())) {
      const path = join(folder, file.name);
      const text = readFileSync(path, "utf8");
      writeFileSync(path, text.replaceAll(`"pid":${process.pid}`, '"pid":2147483646'));
    }
  }
}

const variables = { project: "p", config: {}, secrets: [], env: {} };
