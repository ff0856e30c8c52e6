import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeStack, type OwnStack } from "./stack.ts";
import { tinyProgram } from "./tiny.ts";

/** A minimal configuration API: enough to see which calls the stand-in makes. */
const queues = new Map<string, Record<string, unknown>>();
const calls: string[] = [];
let server: Server;

const account = "a".repeat(32);
const program = (queue: string) => `import { Queue } from "@pulumi/cloudflare/queue.js";

const queue = new Queue("orders", ${queue});
export const id = queue.queueId;
export const queueName = queue.queueName;
export const settings = queue.settings;
`;
const asked = `{ accountId: "${account}", queueName: "orders", settings: { deliveryDelay: 5 } }`;
const renamed = `{ accountId: "${account}", queueName: "orders-2", settings: { deliveryDelay: 5 } }`;

beforeEach(async () => {
  queues.clear();
  calls.length = 0;
  server = createServer(async (request, response) => {
    const result = request.headers.authorization === "Bearer t" ? await answer(request) : undefined;
    response.writeHead(result === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify({ success: result !== undefined, result }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test("a queue is created and changed; its id is unknown in the first preview, and a refresh notices if it was deleted", async () => {
  await using stack = await makeQueueStack();
  const preview = await stack.preview();
  expect(preview, preview.stderr + preview.stdout).toMatchObject({ code: 0 });
  expect(preview.stdout).toMatch(/id\s*: \[unknown\]/);
  expect(calls).toEqual([]);

  const up = await stack.up();
  expect(up, up.stderr + up.stdout).toMatchObject({ code: 0 });
  expect(calls).toEqual(["POST", "PATCH 1"]);
  expect(stack.outputs()).toMatchObject({ id: "1", queueName: "orders", settings: { deliveryDelay: 5 } });

  stack.write("infra/index.ts", program(renamed));
  expect(await stack.up()).toMatchObject({ code: 0 });
  expect(stack.outputs()).toMatchObject({ id: "1", queueName: "orders-2" });
  expect(calls.slice(2)).toEqual(["PUT 1"]);

  const state = stack.exportState();
  queues.clear();
  expect(await stack.refresh()).toMatchObject({ code: 0 });
  expect([state, stack.exportState()].map((text) => text.includes("index/queue:Queue"))).toEqual([true, false]);

  // provisioning.test.ts tests the deletion of a queue that exists.
  expect(await stack.up()).toMatchObject({ code: 0 });
  queues.clear();
  expect(await stack.destroy()).toMatchObject({ code: 0 });
});

test("the API's refusal reaches the user", async () => {
  await using stack = await makeQueueStack("wrong");
  const up = await stack.up();
  expect(up.code).not.toBe(0);
  expect(up.stdout + up.stderr).toContain("The API answered 404");
});

function makeQueueStack(token = "t"): Promise<OwnStack> {
  const { port } = server.address() as AddressInfo;
  return makeStack({
    copy: [],
    files: tinyProgram(program(asked)),
    env: { CLOUDFLARE_BASE_URL: `http://127.0.0.1:${port}`, CLOUDFLARE_API_TOKEN: token },
    standin: true,
  });
}

async function answer(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  const id = new RegExp(`^/accounts/${account}/queues(?:/(\\d+))?$`).exec(request.url ?? "")?.[1];
  calls.push([request.method, id].filter(Boolean).join(" "));
  if (request.method === "POST") {
    const { queue_name } = (await json(request)) as Record<string, unknown>;
    return keep({ ...blank, queue_id: String(queues.size + 1), queue_name });
  }
  const queue = queues.get(id ?? "");
  if (queue === undefined || request.method === "GET") return queue;
  if (request.method === "DELETE") return queues.delete(id ?? "") ? {} : undefined;
  const { settings = {}, ...names } = (await json(request)) as Record<string, object>;
  return keep({ ...queue, ...names, settings: { ...blank.settings, ...settings } });
}

const blank = {
  created_on: "2026-01-01T00:00:00Z",
  modified_on: "2026-01-01T00:00:00Z",
  producers: [],
  producers_total_count: 0,
  consumers: [],
  consumers_total_count: 0,
  settings: { delivery_delay: 0, delivery_paused: false, message_retention_period: 345_600 },
};

function keep(queue: Record<string, unknown>): Record<string, unknown> {
  queues.set(String(queue.queue_id), queue);
  return queue;
}
