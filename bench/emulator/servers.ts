/** Runs one of the measured servers, `emulator` or `bare`, in a separate process. Its parent controls it by messages. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startEmulator } from "../../src/emulator/index.ts";

const token = "bench";

/** Reads and discards each body, and answers with as many bytes as the emulator's answer to a push. */
async function startBare(): Promise<string> {
  const body = JSON.stringify({
    success: true,
    errors: [],
    messages: [],
    result: { metadata: { metrics: { backlog_count: 1, backlog_bytes: 1, oldest_message_timestamp_ms: 1 } } },
  });
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const server = createServer((request, response) => {
    request.on("end", () => response.writeHead(200, headers).end(body));
    request.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function startReal(): Promise<string> {
  const emulator = await startEmulator({ token, queues: [{ name: "orders" }], rateLimit: false });
  const path = `${emulator.baseUrl}/accounts/${emulator.accountId}/queues/${emulator.queueId("orders")}/messages/batch`;
  return path;
}

const url = await (process.argv[2] === "bare" ? startBare() : startReal());
process.on("message", () => {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  process.send?.({ rss: process.memoryUsage().rss, cpu: user + system });
});
process.on("disconnect", () => process.exit());
process.send?.({ url });
