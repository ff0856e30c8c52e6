import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Credentials, createConsumerClient } from "../../../src/cloudflare/index.ts";
import {
  type Emulator,
  type EmulatorOptions,
  type ManualClock,
  manualClock,
  startEmulator,
} from "../../../src/emulator/index.ts";
import type { Clock } from "../../../src/push/index.ts";
import {
  type DrainResult,
  drainQueue,
  type ExportFiles,
  type ExportHead,
  type ExportHost,
  exportPaths,
  manifestText,
  openExport,
  peekQueue,
  type Row,
  systemDisk,
} from "../../../src/redrive/index.ts";
import { type Called, Caller } from "../../emulator/caller.ts";
import { temporaryFolder } from "../../manifest/support/fixture.ts";

/** A message as the API accepts it. */
export interface Sent {
  readonly body: unknown;
  readonly content_type?: "json" | "text";
  readonly delay_seconds?: number;
}

export const visibilityMs = 60_000;

/** A dead letter queue, `dead`, with a pull consumer, and a folder for exports of it. */
export interface World extends AsyncDisposable {
  readonly emulator: Emulator;
  /** The clock of the emulator and of the export: a sleep advances it. */
  readonly time: ManualClock;
  readonly folder: string;
  readonly head: ExportHead;
  readonly ports: ExportHost;
  /** Calls a path below the queue `dead`. */
  call(path: string, body: unknown): Promise<Called>;
  fill(messages: readonly Sent[]): Promise<void>;
  open(ports?: Partial<ExportHost>): Promise<ExportFiles>;
  /** Opens the export, takes until the queue is empty, writes the manifest, and closes it, as the command does. */
  take(
    options?: Partial<Parameters<typeof drainQueue>[1]>,
    ports?: Partial<ExportHost>,
  ): Promise<DrainResult & Outcome>;
  peek(
    options?: Partial<Parameters<typeof peekQueue>[1]>,
    ports?: Partial<ExportHost>,
  ): Promise<{ seen: number; backlog: number | undefined } & Outcome>;
  /** Returns the parsed lines of a data file. */
  rows(kind?: Row["kind"]): unknown[];
  /** Returns the names of the files in the folder. */
  files(): string[];
  /** Returns the bodies in the queue, in order of arrival. */
  left(): unknown[];
}

interface Outcome {
  readonly unsettled: readonly string[];
}

export interface WorldOptions extends Pick<EmulatorOptions, "variants"> {
  readonly maxRetries?: number;
}

export async function makeWorld({ maxRetries = 100, ...options }: WorldOptions = {}): Promise<World> {
  const time = manualClock(Date.UTC(2026, 10, 27));
  const queues = [{ name: "orders" }, { name: "dead", settings: { retentionPeriod: 1_209_600 } }];
  const emulator = await startEmulator({ clock: time, queues, rateLimit: false, ...options });
  const folder = temporaryFolder();
  const caller = new Caller(emulator);
  const call = (path: string, body: unknown) => caller.call("POST", path, body, emulator.queueId("dead"));
  await call("/consumers", { type: "http_pull", settings: { max_retries: maxRetries } });
  const source = createConsumerClient({
    credentials: new Credentials("test", emulator.token, { authorization: `Bearer ${emulator.token}` }),
    baseUrl: new URL(emulator.baseUrl),
    env: {},
  });
  const clock: Clock = {
    now: () => time.now(),
    elapsed: () => time.now(),
    sleep: async (ms) => time.advance(ms),
  };
  const owner = { machine: "test", pid: 1, started: "1" };
  const ports: ExportHost = {
    source,
    clock,
    disk: systemDisk,
    processes: { own: async () => owner, isRunning: async () => false },
    stop: new AbortController().signal,
  };
  const head: ExportHead = {
    accountId: emulator.accountId,
    queueId: emulator.queueId("dead"),
    queueName: "dead",
    to: "orders",
    stack: null,
    mode: "take",
    metadata: false,
    startedAt: "2026-11-27T00:00:00.000Z",
  };
  const paths = exportPaths(join(folder.path, "out"));
  const usual = {
    queue: { accountId: head.accountId, queueId: head.queueId },
    selection: { conditions: [], sinceMs: undefined },
    limit: Number.POSITIVE_INFINITY,
    metadata: false,
    visibilityMs,
    maxDeliveries: maxRetries + 1,
    onRows: () => {},
    onWait: () => {},
  };
  const world: World = {
    emulator,
    time,
    folder: folder.path,
    head,
    ports,
    call,
    async fill(messages) {
      for (let at = 0; at < messages.length; at += 100) {
        const { status, json } = await call("/messages/batch", { messages: messages.slice(at, at + 100) });
        if (status !== 200) throw new Error(JSON.stringify(json));
      }
    },
    open: (own = {}) => openExport(paths, head, visibilityMs, { ...ports, ...own }),
    async take(own = {}, more = {}) {
      const files = await world.open(more);
      try {
        const taken = await drainQueue(files, { ...usual, ...own }, { ...ports, ...more });
        const facts = {
          head,
          rows: files.rows,
          paths: exportPaths("messages/out"),
          name: "out",
          schema: "schema.json",
        };
        const text = manifestText(facts);
        if (!taken.stopped && text !== undefined) await files.publish(text);
        await files.close(files.unsettled.size === 0 && !taken.stopped);
        return { ...taken, unsettled: [...files.unsettled] };
      } catch (error) {
        await files.abandon();
        throw error;
      }
    },
    async peek(own = {}, more = {}) {
      const files = await openExport(paths, { ...head, mode: "peek" }, 0, { ...ports, ...more });
      try {
        const peeked = await peekQueue(files, { ...usual, ...own }, { ...ports, ...more });
        await files.close(true);
        return { ...peeked, unsettled: [...files.unsettled] };
      } catch (error) {
        await files.abandon();
        throw error;
      }
    },
    rows(kind = "json") {
      const path = paths.data[kind];
      if (!existsSync(path)) return [];
      const text = readFileSync(path, "utf8");
      return text
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line));
    },
    files: () => readdirSync(folder.path).sort(),
    left: () => emulator.messages("dead").map(({ body }) => body),
    async [Symbol.asyncDispose]() {
      await source.close();
      await emulator.close();
      folder[Symbol.dispose]();
    },
  };
  return world;
}

/** Returns `count` numbered messages. */
export function numbered(count: number, from = 0): Sent[] {
  return Array.from({ length: count }, (_, index) => ({ body: { n: from + index } }));
}
