import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { startEmulator } from "../../src/emulator/index.ts";

/** Pushes 200 messages with everything that the provider uses, and closes nothing. */
const script = `
  const { createClient, loadCredentials, resolveBaseUrl } = await import(process.env.CLOUDFLARE);
  const { createThrottle, runPush, systemClock } = await import(process.env.PUSH);
  const sources = { config: () => undefined, env: process.env };
  const report = await runPush({
    target: { accountId: process.env.ACCOUNT, queueId: process.env.QUEUE },
    batches: Array.from({ length: 200 }, (_, index) => [
      { index, label: "#" + index, bodyJson: "1", bytes: 1, contentType: "json", delaySeconds: undefined },
    ]),
    inDoubt: "resend",
    client: createClient({ credentials: loadCredentials(sources), baseUrl: resolveBaseUrl(sources) }),
    throttle: createThrottle({ clock: systemClock, assume: "nothing" }),
    clock: systemClock,
    stop: new AbortController().signal,
    abort: new AbortController().signal,
  });
  console.log(JSON.stringify(report.messages));
`;

test("a process that has pushed everything ends by itself, without a warning", async () => {
  await using emulator = await startEmulator({ queues: [{ name: "orders" }] });
  emulator.faults.add({ effect: { kind: "error", code: 10250, retryAfterSeconds: 0 }, skip: 3, times: 2 });
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    env: {
      ...process.env,
      CLOUDFLARE: new URL("../../src/cloudflare/index.ts", import.meta.url).href,
      PUSH: new URL("../../src/push/index.ts", import.meta.url).href,
      CLOUDFLARE_API_TOKEN: emulator.token,
      CLOUDFLARE_BASE_URL: emulator.baseUrl,
      ACCOUNT: emulator.accountId,
      QUEUE: emulator.queueId("orders"),
    },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [out, errors, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  expect(errors).toBe("");
  expect(JSON.parse(out)).toEqual({ pushed: 200, inDoubt: 0, notSent: 0, possibleDuplicates: 0 });
  expect(status).toBe(0);
});
