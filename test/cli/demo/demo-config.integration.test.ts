import { describe, expect, it } from "vitest";
import { createDemoConfig } from "../../../src/cli/demo/demo-config.ts";
import { temporaryFolder, writeFiles } from "../../manifest/support/fixture.ts";
import { run } from "../support/run.ts";

describe("the configuration of the demo", () => {
  it("has the emulator's account and queues in place of the real ones, and no credentials", () => {
    const config = {
      "queue-seeder:accountId": "real",
      "queue-seeder:apiToken": { secure: "v1:abc" },
      "queue-seeder:queues": { orders: { id: "real" }, unused: { create: true } },
      "cloudflare:baseUrl": "https://example.com",
      "cloudflare:apiToken": { secure: "v1:abc" },
    };
    expect(createDemoConfig(config, "played", { orders: "1" })).toEqual({
      plain: { "queue-seeder:accountId": "played", "queue-seeder:queues": { orders: { id: "1" } } },
      secret: {},
    });
  });

  it("never uses the stack's own Worker, and uses the emulator's on request", () => {
    const config = {
      "queue-seeder:transport": "worker",
      "queue-seeder:worker": { url: "https://seeder.example.com" },
      "queue-seeder:workerKey": { secure: "v1:abc" },
    };
    const plain = { "queue-seeder:accountId": "a", "queue-seeder:queues": {} };
    expect(createDemoConfig(config, "a", {})).toEqual({ plain, secret: {} });
    const worker = { url: "http://127.0.0.1:8787", key: "made" };
    expect(createDemoConfig(config, "a", {}, worker)).toEqual({
      plain: { ...plain, "queue-seeder:transport": "worker", "queue-seeder:worker": { url: worker.url } },
      secret: { "queue-seeder:workerKey": "made" },
    });
  });

  it("keeps the values that manifests may name, with a placeholder for every secret", () => {
    const config = {
      "shop:region": "eu",
      "shop:key": { secure: "v1:abc" },
      "shop:nested": { a: [{ secure: "v1:abc" }, 2], b: "c" },
      "queue-seeder:production": ["prod"],
    };
    const { plain, secret } = createDemoConfig(config, "a", {});
    expect(plain).toMatchObject({ "shop:region": "eu", "queue-seeder:production": ["prod"] });
    expect(secret).toEqual({ "shop:key": "demo", "shop:nested": '{"a":["demo",2],"b":"c"}' });
    expect(JSON.stringify({ plain, secret })).not.toContain("v1:abc");
  });
});

describe("demo, before anything is started", () => {
  const project = { "Pulumi.yaml": "name: shop\nruntime: nodejs\n" };
  it.each([
    [{}, [], 2, "there is no Pulumi.yaml here"],
    [{ ...project, "messages/a.yaml": "queue: orders\n" }, [], 1, "Nothing was deployed."],
    [
      { ...project, "messages/a.yaml": "queue: orders\nstacks: [prod]\nmessages:\n  - body: 1\n" },
      [],
      2,
      "no manifest under messages/ is for the stack dev",
    ],
    [project, ["--stack", "a/b"], 2, "Use letters, digits"],
  ])("in %j with %j ends with the right exit code", async (files, args, expected, message) => {
    using folder = temporaryFolder();
    writeFiles(folder.path, files);
    const { code, stdout, stderr } = await run(["demo", ...args], { cwd: folder.path });
    expect([code, stdout]).toEqual([expected, ""]);
    expect(stderr).toContain(message);
  });
});
