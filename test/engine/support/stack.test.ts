import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { makeStack } from "./stack.ts";
import { tinyProgram, withResource } from "./tiny.ts";

afterEach(() => vi.unstubAllEnvs());

const secret = "correct-horse-battery";

const lifecycle = `export async function create(inputs) {
  return { id: "1", outs: { ...inputs, seen: { folder: import.meta.dirname, node: process.versions.node, asked: inputs.asked } } };
}
`;

test("a stack is deployed in its own folder, with its config, and leaves nothing", async () => {
  vi.stubEnv("CLOUDFLARE_API_TOKEN", "a developer's own");
  let folder = "";
  {
    await using stack = await makeStack({
      copy: [],
      passphrase: true,
      files: tinyProgram(withResource, lifecycle),
      config: { "tiny:plain": "words", "tiny:tree": { a: [1, { b: true }] }, "tiny:password": { secret } },
    });
    folder = stack.project.dir;

    const up = await stack.up();
    expect(up, up.stderr + up.stdout).toMatchObject({ code: 0 });
    expect(stack.outputs()).toMatchObject({
      plain: "words",
      tree: { a: [1, { b: true }] },
      length: secret.length,
      token: "none",
      thing: { folder: join(folder, "infra"), node: process.versions.node, asked: "words" },
    });
    expect(stack.exportState()).not.toContain(secret);
    expect(readFileSync(join(folder, "Pulumi.test.yaml"), "utf8")).not.toContain(secret);

    await stack.setConfig({ "tiny:plain": "others" });
    expect((await stack.preview()).stdout).toMatch(/plain\s*: "words" => "others"/);
  }
  expect(existsSync(folder)).toBe(false);
});

test("a failing program is reported by its exit code and output, not by an exception", async () => {
  await using stack = await makeStack({ copy: [], files: tinyProgram(`throw new Error("as it should");\n`) });
  const up = await stack.up();
  expect(up.code).not.toBe(0);
  expect(up.stdout + up.stderr).toContain("as it should");
});

test("processes of an aborted test are stopped with its stack, orphans too", async () => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const waits = `export async function create() { await fetch("http://127.0.0.1:${port}"); }\n`;
  try {
    let left: () => readonly unknown[];
    {
      await using stack = await makeStack({ copy: [], files: tinyProgram(withResource, waits) });
      const run = stack.spawnUp();
      // The provider is in create() once its request is here; it is never answered.
      await once(server, "request");
      run.child.kill("SIGKILL");
      expect(await run.done).toMatchObject({ code: null, signal: "SIGKILL" });
      left = stack.processes;
      expect(stack.processes().filter(({ command }) => command.includes("dynamic-provider"))).not.toEqual([]);
    }
    await vi.waitUntil(() => left().length === 0);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
