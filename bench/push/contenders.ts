import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import Cloudflare from "cloudflare";
import { Pool } from "undici";
import { createClient, loadCredentials } from "../../src/cloudflare/index.ts";
import { loadManifests } from "../../src/manifest/index.ts";
import { type Digest, encodeMessage, messageDigest, packBatchStream } from "../../src/plan/index.ts";
import {
  type Clock,
  createThrottle,
  type PushRun,
  runPush,
  systemClock,
  type ThrottleOptions,
} from "../../src/push/index.ts";
import type { EncodedMessage, FileContent } from "../../src/types.ts";
import type { RemoteEmulator } from "../support/emulator.ts";
import { type Corpus, requestText } from "./corpus.ts";

/** A way to push the messages of a corpus. */
export type Contender = (corpus: Corpus, emulator: RemoteEmulator) => Promise<void>;

/** The number of concurrent requests of contenders that make several; a higher number makes none of them faster here. */
const atOnce = 8;

/** Runs everything that this project does with a message except Pulumi: file, checks, digest, packing, pace, requests. */
export const seeder: Contender = (corpus, emulator) => pushAll(corpus, emulator, systemClock, "nothing");

export async function pushAll(
  corpus: Corpus,
  { baseUrl, accountId, queueId, token }: RemoteEmulator,
  clock: Clock,
  assume: ThrottleOptions["assume"],
): Promise<void> {
  const credentials = loadCredentials({ config: () => undefined, env: { CLOUDFLARE_API_TOKEN: token } });
  const client = createClient({ credentials, baseUrl: new URL(baseUrl) });
  try {
    await pushFile(corpus, {
      target: { accountId, queueId },
      client,
      throttle: createThrottle({ clock, assume }),
      clock,
    });
  } finally {
    await client.close();
  }
}

/** Reads the corpus's data file, and pushes its messages. @throws Error unless all were pushed */
export async function pushFile(
  { root, bodies }: Corpus,
  run: Pick<PushRun, "target" | "client" | "throttle" | "clock">,
): Promise<void> {
  const { manifests, problems } = await loadManifests({ root, readData: false });
  const [manifest] = manifests;
  if (manifest?.content.kind !== "file") throw new Error(`no data file was found: ${JSON.stringify(problems)}`);
  const batches = packBatchStream(encodeMessages(manifest.content));
  const report = await runPush({ ...run, batches, inDoubt: "resend" });
  if (report.messages.pushed !== bodies.length) throw new Error(`not all were pushed: ${JSON.stringify(report)}`);
}

/** Reads, checks, digests and serializes each row once, while earlier rows are pushed. */
async function* encodeMessages(content: FileContent): AsyncGenerator<readonly EncodedMessage[]> {
  const digests: Digest[] = [];
  for await (const messages of content.readRows()) {
    // As in src/lifecycle/source/message-source.ts: the digests are for the ledger.
    yield messages.map((message) => encodeMessage(message, digests.push(messageDigest(message)) - 1));
  }
}

/** Sends only the requests, with bodies made beforehand. */
export const raw: Contender = ({ requests }, emulator) =>
  withPool(emulator, async (pool, path, headers) => {
    await inTurns(requests, async (body) => {
      const answer = await pool.request({ method: "POST", path, headers, body });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
    });
  });

/** Reads the rows of a data file as a simple script does. */
async function* readRows(file: string): AsyncGenerator<object> {
  for await (const line of createInterface({ input: createReadStream(file) })) yield JSON.parse(line);
}

async function* readBatches(file: string): AsyncGenerator<object[]> {
  let batch: object[] = [];
  for await (const row of readRows(file)) {
    if (batch.push(row) < 100) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** A simple script that respects the API's limits: readline, JSON.parse, full batches, several at once, no retry. */
export const handWritten: Contender = async ({ file }, { baseUrl, accountId, queueId, token }) => {
  const url = `${baseUrl}/accounts/${accountId}/queues/${queueId}/messages/batch`;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  await inTurns(readBatches(file), async (some) => {
    const answer = await fetch(url, { method: "POST", headers, body: requestText(some) });
    const { success } = (await answer.json()) as { success: boolean };
    if (!success) throw new Error(`status ${answer.status}`);
  });
};

/** The official SDK, batches of a hundred, sequentially. */
export const sdkBulkPush: Contender = async ({ file }, emulator) => {
  const { accountId, queueId } = emulator;
  const { queues } = sdk(emulator);
  for await (const some of readBatches(file)) {
    const messages = some.map((body) => ({ body, content_type: "json" as const }));
    await queues.messages.bulkPush(queueId, { account_id: accountId, messages });
  }
};

/** The official SDK, single messages, sequentially. */
export const sdkPush: Contender = async ({ file }, emulator) => {
  const { accountId, queueId } = emulator;
  const { queues } = sdk(emulator);
  for await (const body of readRows(file)) {
    await queues.messages.push(queueId, { account_id: accountId, body, content_type: "json" });
  }
};

function sdk({ baseUrl, token }: RemoteEmulator): Cloudflare {
  return new Cloudflare({ baseURL: baseUrl, apiToken: token });
}

async function withPool(
  { baseUrl, accountId, queueId, token }: RemoteEmulator,
  act: (pool: Pool, path: string, headers: Record<string, string>) => Promise<void>,
): Promise<void> {
  const { origin, pathname } = new URL(baseUrl);
  const pool = new Pool(origin, { connections: atOnce });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  try {
    await act(pool, `${pathname}/accounts/${accountId}/queues/${queueId}/messages/batch`, headers);
  } finally {
    await pool.close();
  }
}

async function inTurns<T>(items: Iterable<T> | AsyncIterable<T>, act: (item: T) => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const item of items) {
    const run: Promise<void> = act(item).finally(() => running.delete(run));
    running.add(run);
    if (running.size === atOnce) await Promise.race(running);
  }
  await Promise.all(running);
}
