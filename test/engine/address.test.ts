import { createServer } from "node:net";
import { expect, it } from "vitest";
import { cli } from "./support/cli.ts";
import { makeSeeder, outputOf, succeeded } from "./support/seeder.ts";

const elsewhere = { "cloudflare:baseUrl": "https://gateway.invalid/client/v4" };

it("sends nothing to an address that only the repository names, the queue's own provider included", async () => {
  await using seeder = await makeSeeder({
    messages: { "a.yaml": "queue: orders\nmessages: [{ body: 1 }]\n" },
    emulator: { queues: [] },
    queues: { orders: { create: true } },
    credentials: "environment",
    standin: true,
  });
  const { stack } = seeder;
  succeeded(await stack.up());
  const before = stack.exportState();
  seeder.write("a.yaml", "queue: orders\nmessages: [{ body: 1 }, { body: 2 }]\n");
  await stack.setConfig({ ...elsewhere, "queue-seeder:queues": { orders: { create: true }, more: { create: true } } });
  for (const run of [await stack.up(), await stack.refresh()]) {
    expect(run.code).not.toBe(0);
    expect(outputOf(run)).toContain(
      "BASE_URL_UNTRUSTED: cloudflare:baseUrl would send the credentials to gateway.invalid",
    );
    expect(outputOf(run)).not.toMatch(/\n\s+at .*\.[mc]?[jt]s:/);
  }
  expect(JSON.parse(stack.exportState()).checkpoint.latest.resources.length).toBe(
    JSON.parse(before).checkpoint.latest.resources.length,
  );
  expect(seeder.bodies("orders")).toEqual([1]);

  const plan = await cli(stack.project, ["plan", "--stack", "test", "--no-preview"]);
  expect([plan.code, plan.stdout]).toEqual([1, expect.stringContaining("! BASE_URL_UNTRUSTED: cloudflare:baseUrl")]);
  const up = await cli(stack.project, ["up", "--stack", "test", "--yes"]);
  expect([up.code, up.stderr]).toEqual([1, expect.stringContaining("BASE_URL_UNTRUSTED")]);
});

it("treats an address that a file of the repository puts into the environment as the repository's", async () => {
  const reached: unknown[] = [];
  const server = createServer((socket) => {
    reached.push(socket);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = "https://gateway.invalid/client/v4";
  const env = {
    CLOUDFLARE_BASE_URL: url,
    HTTPS_PROXY: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
  };
  await using seeder = await makeSeeder({ messages: { "a.yaml": "queue: orders\nmessages: [{ body: 1 }]\n" } });
  const { stack } = seeder;
  try {
    stack.write(".env", `CLOUDFLARE_BASE_URL=${url}\n`);
    const refused = await stack.up({ env });
    expect(outputOf(refused)).toContain("BASE_URL_UNTRUSTED: CLOUDFLARE_BASE_URL in .env would send the credentials");
    expect(reached).toEqual([]);
    // If it is set only in the environment, it is used.
    stack.remove(".env");
    const plan = await cli(stack.project, ["plan", "--stack", "test", "--format", "json", "--no-preview"], env);
    expect(JSON.parse(plan.stdout).address).toEqual({ url, setting: "CLOUDFLARE_BASE_URL", refusal: null });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});
