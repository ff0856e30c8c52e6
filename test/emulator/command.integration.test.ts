import { expect, test } from "vitest";
import { startEmulator } from "../../src/emulator/index.ts";
import { runHere } from "../cli/support/run-here.ts";
import { startCommand } from "./command.ts";

const account = "0123456789abcdef0123456789abcdef";
const queueId = "fedcba9876543210fedcba9876543210";

const get = (baseUrl: string, path: string, token = "emulator-token") =>
  fetch(`${baseUrl}/accounts/${account}/queues${path}`, { headers: { authorization: `Bearer ${token}` } });

test("without flags it prints the variables to export, and ends cleanly on a signal", async () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    await using command = await startCommand();
    expect(command.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/client\/v4$/);
    const shown = command.stderr();
    expect(shown).toContain(`export CLOUDFLARE_BASE_URL=${command.baseUrl}\n`);
    expect(shown).toContain(`export CLOUDFLARE_ACCOUNT_ID=${account}\n`);
    expect(shown).toContain("export CLOUDFLARE_API_TOKEN=emulator-token\n");
    const list = await get(command.baseUrl, "");
    expect(await list.json()).toMatchObject({ result: [{ queue_name: "orders" }] });
    expect(await command.end(signal)).toEqual({ code: 0, signal: null });
  }
});

test("flags set up queues and faults", async () => {
  await using command = await startCommand(
    ...["--token", "mine", "--queue", `mails=${queueId}`, "--queue", "orders", "--no-rate-limit"],
    ...["--fault", "error=10250,route=queues.get,times=1", "--status", "10250=503"],
  );
  const list = await get(command.baseUrl, "", "mine");
  expect(list.headers.has("ratelimit")).toBe(false);
  expect(await list.json()).toMatchObject({
    result: [{ queue_id: queueId, queue_name: "mails" }, { queue_name: "orders" }],
  });
  expect((await get(command.baseUrl, `/${queueId}`, "mine")).status).toBe(503);
  expect((await get(command.baseUrl, `/${queueId}`, "mine")).status).toBe(200);
  expect((await get(command.baseUrl, `/${queueId}`)).status).toBe(401);
});

test("time runs faster on demand, and retention passes with it", async () => {
  await using command = await startCommand("--speed", "1000000", "--queue", `orders=${queueId}`, "--free-plan");
  const path = `${command.baseUrl}/accounts/${account}/queues/${queueId}`;
  const headers = { authorization: "Bearer emulator-token" };
  await fetch(`${path}/messages`, { method: "POST", headers, body: '{"body": 1}' });
  // A day lasts less than a tenth of a second.
  for (let left = 1; left > 0; ) {
    const metrics = (await (await fetch(`${path}/metrics`, { headers })).json()) as {
      result: { backlog_count: number };
    };
    left = metrics.result.backlog_count;
  }
});

test.each([
  [["--port", "70000"], "A port is a number from 0 to 65535."],
  [["--account", "mine"], "An account id is 32 hex digits."],
  [["--token", ""], "It is empty."],
  [["--queue", "Orders"], "A queue's name is"],
  [["--queue", "orders=a-b"], "A queue's id is"],
  [["--queue", "orders", "--queue", "orders"], "This queue is given twice."],
  [["--speed", "0"], "A speed is a number above 0"],
  [["--max-delay", "1e3"], "A delay is a whole number"],
  [["--status", "10204=99"], "Write it as CODE=STATUS"],
  [["--push-result", "all"], "Allowed choices are metrics, null, success-only."],
  [["--email", "a@example.com"], "--email and --key belong together"],
  [["--fault", "error=1"], "--fault error=1: code must be one of the API's error codes."],
  [["--fault", "lost"], "--fault lost: when is missing."],
  [["--fault", "lost=after,rout=push"], "rout is unknown"],
  [["--worker", "orders"], "--worker orders: write it as QUEUE=FILE"],
  [
    ["--producer"],
    "--producer needs the package miniflare, which is not installed. Run `npm install --save-dev miniflare`",
  ],
  [["--producer-port", "8791"], "--producer-key and --producer-port need --producer."],
  [["--producer", "--producer-key", "/proc/none/key"], "Cannot read the file /proc/none/key of --producer-key: "],
  [["--producer", "--producer-key", "package.json"], "The file package.json contains no key of 32 bytes in base64."],
  [
    ["--worker", "orders=a.ts", "--wrangler-dev", "orders"],
    "The queue orders has two consumers here, but a queue can only have one.",
  ],
])("%j ends with an error that says why", async (flags, message) => {
  const { code, stdout, stderr } = await runHere(["emulate", "--port", "0", ...flags]);
  expect([code === 0, stdout, stderr]).toEqual([false, "", expect.stringContaining(message)]);
});

// What starts before it fails has to be closed again, so that the process ends.
test.each([
  [["--persist", "/proc/none/x"], "cannot hold the emulator's state"],
  [
    ["--worker", "orders=a.ts"],
    "--worker needs the package miniflare, which is not installed. Run `npm install --save-dev miniflare`",
  ],
  [["--wrangler-dev", "orders"], "--wrangler-dev needs the package miniflare, which is not installed"],
])("%j ends the process, with an error that says why", async (flags, message) => {
  await expect(startCommand(...flags)).rejects.toThrow(message);
});

test("a port that is in use is reported", async () => {
  await using other = await startEmulator();
  await expect(startCommand("--port", String(other.port))).rejects.toThrow(`Port ${other.port} is in use.`);
});
