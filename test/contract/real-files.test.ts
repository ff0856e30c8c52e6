import { readdirSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { createClient, loadCredentials } from "../../src/cloudflare/index.ts";
import { startEmulator } from "../../src/emulator/index.ts";
import { loadManifests } from "../../src/manifest/index.ts";
import { encodeMessage, packBatchStream, readBody } from "../../src/plan/index.ts";
import { createThrottle, runPush, systemClock } from "../../src/push/index.ts";
import type { RowMessage } from "../../src/types.ts";
import { temporaryFolder, writeFiles } from "../manifest/support/fixture.ts";
import { npmPackages, run } from "./cache.ts";

/** Published data sets, to compare with other libraries' readers. */
const packages = ["vega-datasets@3.2.1", "@octokit/webhooks-examples@7.6.1"];
const script = fileURLToPath(new URL("read.py", import.meta.url));

let data: string;
let examples: readonly unknown[];

beforeAll(async () => {
  const folder = join(await npmPackages("real-files", ...packages), "node_modules");
  data = join(folder, "vega-datasets/data");
  const index = join(folder, "@octokit/webhooks-examples/api.github.com/index.json");
  const events: readonly { readonly examples: readonly unknown[] }[] = JSON.parse(await readFile(index, "utf8"));
  examples = events.flatMap((event) => event.examples);
});

/** Loads a repository of these files. @returns its messages and its errors */
async function load(files: Readonly<Record<string, string | Uint8Array>>) {
  using root = temporaryFolder();
  writeFiles(root.path, files);
  const messages: RowMessage[] = [];
  const { manifests, problems } = await loadManifests({
    root: root.path,
    onMessage: (_, message) => messages.push(message),
  });
  for (const { content } of manifests) if (content.kind === "inline") messages.push(...content.messages);
  const errors = problems.filter(({ severity }) => severity === "error");
  return { messages, problems: errors.map(({ code, location }) => `${location.file}:${location.line} ${code}`) };
}

async function python(kind: "csv" | "json", file: string): Promise<unknown[]> {
  const { stdout } = await run("python3", [script, kind, join(data, file)], { maxBuffer: 1e9 });
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Reports whether a file is an array of rows. Some of the package are one value: a map, a topology, a chart. */
function isArray(file: string): boolean {
  return readFileSync(join(data, file), "utf8").trimStart().startsWith("[");
}

test("reads every CSV file of vega-datasets as Python does", async () => {
  const files = readdirSync(data).filter((file) => file.endsWith(".csv"));
  expect(files.length).toBeGreaterThan(20);
  for (const file of files) {
    const { messages, problems } = await load({
      "messages/a.yaml": `queue: orders\nsource: { file: ${file} }\n`,
      [`messages/${file}`]: readFileSync(join(data, file)),
    });
    expect(problems, file).toEqual([]);
    expect(messages.map(readBody), file).toEqual(await python("csv", file));
  }
});

test("reads every JSON array of vega-datasets as Python does", async () => {
  const files = (await readdir(data)).filter((file) => file.endsWith(".json") && isArray(file));
  expect(files.length).toBeGreaterThan(20);
  for (const file of files) {
    const { messages, problems } = await load({
      "messages/a.yaml": `queue: orders\nsource: { file: ${file} }\n`,
      [`messages/${file}`]: readFileSync(join(data, file)),
    });
    expect(problems, file).toEqual([]);
    expect(messages.map(readBody), file).toEqual(await python("json", file));
  }
});

test("sends the examples of GitHub's webhooks unchanged, in every form", async () => {
  const ndjson = examples.map((body) => `${JSON.stringify(body)}\n`).join("");
  const half = ndjson.indexOf("\n", ndjson.length / 2) + 1;
  const halves = [ndjson.slice(0, half), ndjson.slice(half)];
  const source = (file: string) => `queue: orders\nsource: { file: ${file} }\n`;
  const literal = examples.map((body) => ({ body: JSON.parse(JSON.stringify(body).replaceAll("${", () => "$${")) }));
  const forms: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>> = {
    yaml: { "messages/a.yaml": stringify({ queue: "orders", messages: literal }, { aliasDuplicateObjects: false }) },
    ndjson: { "messages/a.yaml": source("a.ndjson"), "messages/a.ndjson": ndjson },
    json: { "messages/a.yaml": source("a.json"), "messages/a.json": JSON.stringify(examples, null, 2) },
    gzip: {
      "messages/a.yaml": source("a.ndjson.gz"),
      "messages/a.ndjson.gz": Buffer.concat(halves.map((part) => gzipSync(part))),
    },
    zstd: {
      "messages/a.yaml": source("a.ndjson.zst"),
      "messages/a.ndjson.zst": Buffer.concat(halves.map((part) => zstdCompressSync(part))),
    },
  };
  const expected = examples.map((body) => JSON.stringify(body)).sort();
  expect(expected.length).toBeGreaterThan(200);
  for (const [form, files] of Object.entries(forms)) {
    const { messages, problems } = await load(files);
    expect(problems, form).toEqual([]);
    expect(await sent(messages), form).toEqual(expected);
  }
});

async function* oneGroup<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[]> {
  yield items;
}

/** Pushes messages to an emulator. @returns the bodies in the queue as JSON, sorted */
async function sent(messages: readonly RowMessage[]): Promise<string[]> {
  await using emulator = await startEmulator({ queues: [{ name: "orders" }], rateLimit: false });
  const env = { CLOUDFLARE_API_TOKEN: emulator.token };
  const client = createClient({
    credentials: loadCredentials({ config: () => undefined, env }),
    baseUrl: new URL(emulator.baseUrl),
  });
  try {
    const clock = systemClock;
    await runPush({
      target: { accountId: emulator.accountId, queueId: emulator.queueId("orders") },
      batches: packBatchStream(oneGroup(messages.map((message, index) => encodeMessage(message, index)))),
      inDoubt: "stop",
      client,
      clock,
      throttle: createThrottle({ clock, assume: "nothing" }),
      onOutcome: () => {},
    });
  } finally {
    await client.close();
  }
  // Several requests are in flight at once, so the messages may arrive in another order.
  return emulator
    .messages("orders")
    .map(({ body }) => JSON.stringify(body))
    .sort();
}
