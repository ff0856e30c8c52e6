import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../../../src/emulator/index.ts";
import { loadManifests } from "../../../../src/manifest/index.ts";
import { Caller } from "../../../emulator/caller.ts";
import { temporaryFolder, writeFiles } from "../../../manifest/support/fixture.ts";
import { type Ran, run } from "../../support/run.ts";
import { runHere } from "../../support/run-here.ts";

/** A repository, and an account with the queue `orders` and its dead letter queue `orders-dead`. */
export interface Shop extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Posts to a path below a queue. */
  post(queue: string, path: string, body: unknown): Promise<void>;
  /** Sends messages to `orders-dead`: as JSON, or with their `content_type` as the API accepts them. */
  fill(messages: readonly { readonly body: unknown; readonly content_type?: string }[]): Promise<void>;
  /** Runs `queue-seeder export`, with `node`, the arguments of Node, in a process of its own. */
  export(
    args: readonly string[],
    more?: { readonly env?: NodeJS.ProcessEnv; readonly node?: readonly string[] },
  ): Promise<Ran>;
  read(path: string): string;
  /** Returns the bodies that `up` would push, by queue. Fails if `validate` reports a problem. */
  pushed(): Promise<Record<string, unknown[]>>;
}

export interface ShopOptions extends EmulatorOptions {
  readonly files?: Readonly<Record<string, string>>;
  /** Whether `orders-dead` has a pull consumer. Default: yes. */
  readonly pull?: boolean;
}

export async function makeShop({ files = {}, pull = true, ...options }: ShopOptions = {}): Promise<Shop> {
  const queues = [{ name: "orders" }, { name: "orders-dead" }];
  const emulator = await startEmulator({ queues, rateLimit: false, ...options });
  const folder = temporaryFolder();
  writeFiles(folder.path, { "messages/.gitkeep": "", ...files });
  const caller = new Caller(emulator);
  const env = {
    CLOUDFLARE_BASE_URL: emulator.baseUrl,
    CLOUDFLARE_API_TOKEN: emulator.token,
    CLOUDFLARE_ACCOUNT_ID: emulator.accountId,
  };
  const shop: Shop = {
    emulator,
    folder: folder.path,
    env,
    async post(queue, path, body) {
      const { status, json } = await caller.call("POST", path, body, emulator.queueId(queue));
      if (status !== 200) throw new Error(JSON.stringify(json));
    },
    async fill(messages) {
      for (let at = 0; at < messages.length; at += 100) {
        await shop.post("orders-dead", "/messages/batch", { messages: messages.slice(at, at + 100) });
      }
    },
    export: (args, { node, ...more } = {}) => {
      const options = { cwd: folder.path, env: { ...env, ...more.env } };
      return node === undefined
        ? runHere(["export", ...args], options)
        : run(["export", ...args], { ...options, node });
    },
    read: (path) => readFileSync(join(folder.path, path), "utf8"),
    async pushed() {
      const { manifests, problems } = await loadManifests({ root: folder.path });
      if (problems.length > 0) throw new Error(JSON.stringify(problems));
      const bodies: Record<string, unknown[]> = {};
      for (const { queue, content } of manifests) {
        bodies[queue] ??= [];
        if (content.kind === "inline") throw new Error("an export has a data file");
        for await (const some of content.read()) bodies[queue]?.push(...some.map(({ body }) => body));
      }
      return bodies;
    },
    async [Symbol.asyncDispose]() {
      await emulator.close();
      folder[Symbol.dispose]();
    },
  };
  await shop.post("orders", "/consumers", { type: "http_pull", dead_letter_queue: "orders-dead" });
  if (pull) await shop.post("orders-dead", "/consumers", { type: "http_pull", settings: { max_retries: 100 } });
  return shop;
}
