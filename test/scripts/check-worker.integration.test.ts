import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { startEmulator } from "../../src/emulator/index.ts";
import { startFakeProducer, workerKey } from "../support/fake-producer.ts";
import { sendToEmulator } from "../support/producer-queue.ts";

const script = join(import.meta.dirname, "../../scripts/check-worker/main.ts");
const run = (env: Record<string, string>, ...args: string[]) =>
  promisify(execFile)(process.execPath, [script, ...args], { env: { PATH: process.env.PATH, ...env } }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
  );

it("prints the answers of a Worker, and whether each is the expected one", async () => {
  const emulator = await startEmulator({ queues: [{ name: "orders" }], rateLimit: false });
  const { accountId, baseUrl, token } = emulator;
  const send = sendToEmulator(emulator);
  await using fake = await startFakeProducer({ accountId, name: "queue-seeder", queues: ["orders"], send });
  const env = {
    WORKER_URL: fake.url,
    QUEUE_SEEDER_WORKER_KEY: workerKey,
    CLOUDFLARE_ACCOUNT_ID: accountId,
    QUEUE: "orders",
    QUEUE_ID: emulator.queueId("orders"),
    CLOUDFLARE_API_TOKEN: token,
    CLOUDFLARE_BASE_URL: baseUrl,
  };
  const { code, stdout } = await run(env, "--messages", "250");
  expect(stdout.split("\n").filter((line) => line.startsWith("ok "))).toHaveLength(6);
  expect(stdout).not.toContain("DIFFERS");
  expect(stdout).toContain("300 messages recognized");
  expect(stdout).not.toContain(workerKey);
  expect(code).toBe(0);
  expect(emulator.messages("orders")).toHaveLength(300);

  const unbound = await run({ ...env, QUEUE: "emails" });
  expect(unbound).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("DIFFERS the Worker is deployed and bound"),
  });
  await emulator.close();
});

it("says which variables it reads", async () => {
  expect(await run({})).toMatchObject({ code: 2, stdout: expect.stringContaining("WORKER_URL") });
  expect(await run({}, "--help")).toMatchObject({ code: 0 });
});
