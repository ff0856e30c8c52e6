import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { defaults } from "../../../src/emulator/defaults.ts";
import { type Emulator, startEmulator } from "../../../src/emulator/index.ts";
import type { ProcessResult, RunningProcess } from "../../../src/engine/child-process.ts";
import { decodeSegment } from "../../../src/lifecycle/state/encoded-segment.ts";
import { makeStack, type OwnStack } from "../support/stack.ts";
import { type Bucket, startBucket } from "./bucket.ts";
import { deadlineMs } from "./fault-types.ts";
import { type Random, seeded } from "./random.ts";
import { createTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
import { type SoakTransport, workerKey, workerOptions } from "./worker-transport.ts";

/** A stack of the real program on the real Pulumi CLI, an emulator, and a proxy between them. */
export interface World extends AsyncDisposable {
  readonly transport: SoakTransport;
  /** Draws where faults strike. */
  readonly random: Random;
  readonly emulator: Emulator;
  /** To the REST API, or to the Worker. */
  readonly proxy: TcpProxy;
  readonly stack: OwnStack;
  readonly bucket: Bucket;
  /** The queue that the manifests push to. */
  readonly queue: QueueName;
  /** The current name of the stack. */
  readonly stackName: string;
  /** Returns the segments in the Pulumi state. */
  segments(): SegmentState[];
  spawnUp(): RunningProcess;
  destroy(): Promise<ProcessResult>;
  cancel(): Promise<ProcessResult>;
  /** Points the manifests at the other queue. */
  otherQueue(): void;
  /** Gives the stack a new name. */
  renameStack(): Promise<ProcessResult>;
  /** Makes Pulumi replace resources. */
  taint(urns: readonly string[]): Promise<ProcessResult>;
  /** Removes the messages of a queue. @returns how often each arrived since the last call, by its key */
  collect(queue: QueueName): Promise<ReadonlyMap<string, number>>;
  /** Uses up the token's requests, until the account is blocked. */
  crowd(): Promise<void>;
}

export const queueNames = ["orders", "second"] as const;
export type QueueName = (typeof queueNames)[number];

/** The part of a segment's outputs that the soak reads. */
export interface SegmentState {
  readonly urn: string;
  readonly queueId: string;
  readonly manifest: string;
  readonly inDoubt: number;
  readonly inDoubtMessages: readonly string[];
  readonly possibleDuplicates: readonly string[];
}

/** Replacements in the program's files: the original text and its replacement. */
const patches = [
  // Otherwise a data file would need thousands of rows to have several segments.
  { file: "src/plan/segments.ts", from: "return 5_000;", to: "return 150;" },
  { file: "src/cloudflare/caller.ts", from: "requestDeadlineMs = 60_000", to: `requestDeadlineMs = ${deadlineMs}` },
  { file: "src/cloudflare/producer/send-requests.ts", from: "deadlineMs = 20_000", to: `deadlineMs = ${deadlineMs}` },
] as const;

/** The real limits, in seconds instead of minutes. */
const rateLimit = { requests: 150, windowSeconds: 5, blockSeconds: 3 };

/** Creates the world. @param broken texts by path that replace files of the program, to verify that the suite can fail */
export async function makeWorld(
  transport: SoakTransport,
  seed: number,
  broken: Readonly<Record<string, string>> = {},
): Promise<World> {
  const emulator = await startEmulator({
    queues: queueNames.map((name) => ({ name })),
    rateLimit,
    ...(transport !== "rest" && { producer: await workerOptions(defaults.account) }),
  });
  const { producer } = emulator;
  const proxy = await createTcpProxy(producer === undefined ? emulator.port : Number(new URL(producer.url).port));
  const bucket = await startBucket();
  const close = async () => {
    await bucket[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await emulator.close();
  };
  const configOf = (queue: QueueName) => ({
    "queue-seeder:accountId": emulator.accountId,
    "queue-seeder:queues": { orders: { id: emulator.queueId(queue) } },
  });
  let queue: QueueName = "orders";
  let stackName = "soak";
  try {
    const stack = await makeStack({
      name: stackName,
      files: { ...patched(), ...broken },
      config: {
        ...configOf(queue),
        ...(producer !== undefined && {
          "queue-seeder:transport": "worker",
          "queue-seeder:worker": { url: `http://127.0.0.1:${proxy.port}` },
          "queue-seeder:workerKey": { secret: workerKey },
        }),
      },
      env: {
        ...bucket.env,
        CLOUDFLARE_API_TOKEN: emulator.token,
        CLOUDFLARE_BASE_URL:
          producer === undefined ? emulator.baseUrl.replace(`:${emulator.port}/`, `:${proxy.port}/`) : emulator.baseUrl,
      },
    });
    const { project } = stack;
    const run = (...args: string[]) => project.pulumi([...args, "--stack", stackName, "--yes"]);
    return {
      transport,
      random: seeded(seed + 2),
      emulator,
      proxy,
      stack,
      bucket,
      get queue() {
        return queue;
      },
      get stackName() {
        return stackName;
      },
      segments: () => segmentsOf(bucket.read(`/${stackName}.json`) ?? ""),
      spawnUp: () => project.spawn(["up", "--stack", stackName, "--yes", "--skip-preview"]),
      destroy: () => run("destroy", "--skip-preview"),
      cancel: () => run("cancel"),
      otherQueue() {
        queue = queue === "orders" ? "second" : "orders";
        const file = join(project.dir, `Pulumi.${stackName}.yaml`);
        const old = parse(readFileSync(file, "utf8"));
        writeFileSync(file, stringify({ ...old, config: { ...old.config, ...configOf(queue) } }));
      },
      async renameStack() {
        const name = stackName === "soak" ? "soak-renamed" : "soak";
        const finished = await project.pulumi(["stack", "rename", name, "--stack", stackName]);
        if (finished.code === 0) stackName = name;
        return finished;
      },
      taint: (urns) => run("state", "taint", ...urns),
      collect: (name) => collect(emulator, name),
      crowd: () => crowd(emulator),
      async [Symbol.asyncDispose]() {
        await stack[Symbol.asyncDispose]();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Returns the patched files of the program, by path. */
export function patched(): Record<string, string> {
  return Object.fromEntries(
    patches.map(({ file, from, to }) => {
      const text = readFileSync(join(import.meta.dirname, "../../..", file), "utf8");
      if (!text.includes(from)) throw new Error(`${file} does not say "${from}" any more.`);
      return [file, text.replace(from, to)];
    }),
  );
}

function segmentsOf(state: string): SegmentState[] {
  // A kill during the write leaves an empty file.
  if (state === "") return [];
  const resources: readonly { type: string; urn: string; outputs?: Record<string, unknown> }[] =
    JSON.parse(state).checkpoint.latest?.resources ?? [];
  return resources
    .filter(({ type, outputs }) => type.endsWith("dynamic:Segment") && outputs?.record !== undefined)
    .map(({ urn, outputs = {} }) => {
      const {
        queueId,
        manifest,
        inDoubt,
        inDoubtMessages = [],
        lastPush,
      } = decodeSegment(outputs) as unknown as Omit<SegmentState, "possibleDuplicates" | "urn"> & {
        lastPush: { possibleDuplicates?: readonly string[] };
      };
      return {
        urn,
        queueId,
        manifest,
        inDoubt,
        inDoubtMessages,
        possibleDuplicates: lastPush.possibleDuplicates ?? [],
      };
    });
}

async function collect(emulator: Emulator, queue: QueueName): Promise<ReadonlyMap<string, number>> {
  // Abandoned requests may still arrive, and a user would wait for them before settling messages.
  await emulator.idle();
  const arrived = new Map<string, number>();
  for (const { body } of emulator.messages(queue)) {
    const { key } = body as { key: string };
    arrived.set(key, (arrived.get(key) ?? 0) + 1);
  }
  await settled(() => call(emulator, queue, "POST", "purge", '{"delete_messages_permanently":true}'));
  return arrived;
}

async function crowd(emulator: Emulator): Promise<void> {
  for (let left = 2 * rateLimit.requests; left > 0; left -= 1) {
    const answer = await call(emulator, "orders", "GET", "metrics");
    await answer.body?.cancel();
    if (answer.status === 429) return;
  }
  throw new Error("the emulator does not block the token");
}

function call(emulator: Emulator, queue: QueueName, method: string, what: string, body?: string) {
  const { baseUrl, accountId, token, queueId } = emulator;
  const url = `${baseUrl}/accounts/${accountId}/queues/${queueId(queue)}/${what}`;
  const headers = { authorization: `Bearer ${token}` };
  return fetch(url, { method, headers, ...(body !== undefined && { body }) });
}

/** Repeats a call while the account is blocked, after the time that the response gives. */
async function settled(ask: () => Promise<Response>): Promise<void> {
  for (let answer = await ask(); !answer.ok; answer = await ask()) {
    const seconds = Number(answer.headers.get("retry-after"));
    if (answer.status !== 429 || !(seconds > 0)) throw new Error(`the emulator does not purge: ${answer.status}`);
    await setTimeout(seconds * 1_000);
  }
}
