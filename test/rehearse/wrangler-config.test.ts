import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { localBindings } from "../../src/rehearse/wrangler/bindings.ts";
import { findWranglerConfig, readWranglerConfig } from "../../src/rehearse/wrangler/config.ts";
import { configuredConsumer } from "../../src/rehearse/wrangler/consumer-settings.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function written(name: string, text: string, more: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "wrangler-config-"));
  folders.push(folder);
  for (const [file, content] of Object.entries({ ...more, [name]: text })) {
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), content);
  }
  return join(folder, name);
}

const read = (name: string, text: string, environment?: string) => readWranglerConfig(written(name, text), environment);

const toml = `
name = "shop"
main = "consumer.ts"
compatibility_date = "2026-06-01"
[[queues.consumers]]
queue = "orders" # the one
max_batch_size = 20
max_batch_timeout = 0
max_retries = 7
retry_delay = 60
dead_letter_queue = "orders-dead"
[vars]
REGION = "eu"
[env.staging.vars]
REGION = "us"
`;

describe("a configuration", () => {
  it("is found next to the code or above, JSON before TOML, and not above the root", () => {
    const json = written("app/wrangler.json", "{}", { "app/wrangler.toml": "", "app/src/deep/consumer.ts": "" });
    const root = join(json, "../..");
    expect(findWranglerConfig(join(root, "app/src/deep/consumer.ts"), root)).toBe(json);
    expect(findWranglerConfig(join(root, "app"), root)).toBe(json);
    expect(findWranglerConfig(join(root, "consumer.ts"), root)).toBeUndefined();
  });

  it("is read from TOML, and from JSON with comments and trailing commas", () => {
    const settings = {
      maxBatchSize: 20,
      maxBatchTimeout: 0,
      maxRetries: 7,
      retryDelay: 60,
      deadLetterQueue: "orders-dead",
    };
    const jsonc = `{ // the shop
      "queues": { "consumers": [ { "queue": "orders", "max_batch_size": 20, "max_batch_timeout": 0,
        "max_retries": 7, "retry_delay": 60, "dead_letter_queue": "orders-dead", }, ] }, /* end */ }`;
    for (const config of [read("wrangler.toml", toml), read("wrangler.jsonc", jsonc)]) {
      expect(configuredConsumer(config, "orders")).toEqual({ queueName: "orders", settings });
    }
  });

  it("of an environment inherits what wrangler inherits, and no bindings", () => {
    const config = read("wrangler.toml", toml, "staging");
    expect(config.values).toMatchObject({ main: "consumer.ts", vars: { REGION: "us" } });
    expect(config.values.queues).toBeUndefined();
    expect(configuredConsumer(config, "orders")).toBeUndefined();
  });

  it.each([
    ["wrangler.toml", "name = ", undefined, /wrangler\.toml:1:\d+: it is not TOML: .+\. Correct the file\.$/],
    [
      "wrangler.jsonc",
      '{\n  "name": }',
      undefined,
      /wrangler\.jsonc:2:11: it is not JSON: ValueExpected\. Correct the file\.$/,
    ],
    ["wrangler.json", "[1]", undefined, /wrangler\.json is not a map of settings\. Correct the file\.$/],
    ["wrangler.toml", toml, "prod", /has no environment prod\. It has staging\.$/],
    ["wrangler.json", "{}", "prod", /has no environment prod\. It has none: omit --env\.$/],
    ["wrangler.json", '{"env":{}}', "toString", /has no environment toString\./],
  ])("%s with %j is refused", (name, text, environment, message) => {
    expect(() => read(name, text, environment)).toThrow(message);
  });

  it("that does not exist is refused", () => {
    expect(() => readWranglerConfig("/none/wrangler.toml", undefined)).toThrow(
      /cannot be read: .+Name another with --config/,
    );
  });
});

describe("the consumer", () => {
  const config = (...consumers: readonly object[]) => read("wrangler.json", JSON.stringify({ queues: { consumers } }));

  it("is the one of the queue, or the only one", () => {
    const two = config({ queue: "mails" }, { queue: "orders", max_retries: 0 });
    expect(configuredConsumer(two, "orders")).toEqual({ queueName: "orders", settings: { maxRetries: 0 } });
    expect(configuredConsumer(config({ queue: "orders-prod" }), "orders")).toEqual({
      queueName: "orders-prod",
      settings: {},
    });
  });

  it("is none if the configuration has none, or pulls over HTTP", () => {
    expect(configuredConsumer(config(), "orders")).toBeUndefined();
    expect(configuredConsumer(config({ queue: "orders", type: "http_pull" }), "orders")).toBeUndefined();
    expect(configuredConsumer(read("wrangler.json", '{"queues":[]}'), "orders")).toBeUndefined();
  });

  it("has to be chosen among several others", () => {
    expect(() => configuredConsumer(config({ queue: "a" }, { queue: "b" }), "orders")).toThrow(
      /has consumers for a, b, and none for orders\. .+queue=NAME/,
    );
  });

  it.each([
    [{ max_batch_size: 101 }, "max_batch_size of the consumer of orders is not a whole number from 1 to 100"],
    [{ max_batch_size: "10" }, "max_batch_size"],
    [{ max_batch_timeout: 61 }, "from 0 to 60"],
    [{ max_retries: -1 }, "from 0 to 100"],
    [{ retry_delay: 0.5 }, "from 0 to 86400"],
    [{ queue: "" }, "names no queue"],
  ])("with %j is refused", (consumer, message) => {
    expect(() => configuredConsumer(config({ queue: "orders", ...consumer }), "orders")).toThrow(message);
  });
});

describe("bindings", () => {
  it("are those that miniflare supports, and the others are named", () => {
    const path = written(
      "wrangler.json",
      JSON.stringify({
        name: "shop",
        vars: { REGION: "eu", LIMITS: { a: 1 } },
        kv_namespaces: [{ binding: "KV", id: "1" }, { binding: "OTHER" }],
        d1_databases: [{ binding: "DB", database_name: "shop", database_id: "2" }],
        r2_buckets: [{ binding: "BUCKET", bucket_name: "files" }],
        queues: { producers: [{ binding: "NEXT", queue: "mails" }] },
        durable_objects: {
          bindings: [
            { name: "COUNTER", class_name: "Counter" },
            { name: "FAR", class_name: "X", script_name: "far" },
          ],
        },
        migrations: [{ tag: "v1", new_sqlite_classes: ["Counter"] }],
        ai: { binding: "AI" },
        services: [],
      }),
      { ".dev.vars": "API_KEY='top secret'\nREGION=local\n" },
    );
    expect(localBindings(readWranglerConfig(path, undefined))).toEqual({
      bindings: {
        bindings: { REGION: "local", LIMITS: { a: 1 }, API_KEY: "top secret" },
        kvNamespaces: { KV: "1", OTHER: "OTHER" },
        d1Databases: { DB: "2" },
        r2Buckets: { BUCKET: "files" },
        queueProducers: { NEXT: { queueName: "mails" } },
        durableObjects: { COUNTER: { className: "Counter", useSQLite: true } },
      },
      secrets: ["top secret", "local"],
      unsupported: ["ai", "durable_objects of other Workers"],
    });
  });

  it("include the secrets of the environment's own file", () => {
    const path = written("wrangler.json", '{"env":{"staging":{}}}', {
      ".dev.vars": "KEY=plain",
      ".dev.vars.staging": "KEY=staging",
    });
    expect(localBindings(readWranglerConfig(path, "staging")).secrets).toEqual(["staging"]);
    expect(localBindings(readWranglerConfig(path, undefined)).secrets).toEqual(["plain"]);
  });
});
