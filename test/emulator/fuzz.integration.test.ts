/**
 * Requests generated from a seed: content types, JSON edge cases, chunked bodies, Expect, aborted uploads, pipelining, odd
 * paths. `npm run fuzz` sends many more; QUEUE_SEEDER_FUZZ sets their number, QUEUE_SEEDER_FUZZ_SEED the seed.
 */

import { expect, test, vi } from "vitest";
import { startEmulator } from "../../src/emulator/index.ts";
import { Caller } from "./caller.ts";
import { Draw } from "./fuzz/draw.ts";
import { type Answer, exchange } from "./fuzz/exchange.ts";
import { type Drawn, Requests } from "./fuzz/requests.ts";

const count = Number(process.env.QUEUE_SEEDER_FUZZ ?? 300);
const seed = Number(process.env.QUEUE_SEEDER_FUZZ_SEED ?? 15);

test(`no request crashes it, and each answer is true: ${count} requests from seed ${seed}`, {
  timeout: 60_000 + count * 100,
}, async () => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
  await using emulator = await startEmulator({
    queues: [{ name: "pushed" }, { name: "orders" }],
    rateLimit: false,
  });
  const { port, token, accountId: account } = emulator;
  const target = { account, token, pushed: emulator.queueId("pushed"), other: emulator.queueId("orders") };
  const requests = new Requests(new Draw(seed), target);
  const accepted: string[] = [];
  const refused: string[] = [];
  for (let sent = 0; sent < count; ) {
    const { exchange: one, drawn } = requests.next();
    sent += drawn.length;
    const answers = await exchange(port, one).catch((error: Error) => {
      throw new Error(`${error.message}: ${describeAll(drawn)}`);
    });
    drawn.forEach((request, index) => {
      const answer = answers[index];
      if (answer === undefined) {
        // Complete requests on a connection that is not cut off have to be answered.
        if (one.end === "wait") throw new Error(`No answer to ${index + 1} of ${describeAll(drawn)}`);
        return;
      }
      check(answer, request);
      if (answer.status === 200) accepted.push(...request.marks);
      else refused.push(...request.marks);
    });
  }
  await emulator.idle();

  const stored = emulator.messages("pushed").map(({ body }) => markOf(body));
  const lookup = new Set(stored);
  expect(stored.length, "a message is there twice").toBe(lookup.size);
  expect(
    accepted.filter((mark) => !lookup.has(mark)),
    "acknowledged and lost",
  ).toEqual([]);
  expect(
    refused.filter((mark) => lookup.has(mark)),
    "refused and stored",
  ).toEqual([]);
  // Both kinds occurred often enough.
  expect(accepted.length).toBeGreaterThan(count / 10);
  expect(refused.length).toBeGreaterThan(count / 10);

  // Stored data does not break the calls that return it.
  const api = new Caller(emulator);
  expect((await api.account("GET", "?per_page=1000")).status).toBe(200);
  expect((await api.account("GET", `/${target.pushed}/metrics`)).status).toBe(200);
  expect((await api.account("POST", `/${target.pushed}/messages/peek`, { batch_size: 100 })).status).toBe(200);
  const subscriptions = `${emulator.baseUrl}/accounts/${account}/event_subscriptions/subscriptions?per_page=1000`;
  expect((await fetch(subscriptions, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  expect(logged.mock.calls).toEqual([]);
  logged.mockRestore();
});

function check({ status, body }: Answer, request: Drawn): void {
  const words = `${describeAll([request])} was answered with ${status} ${body.slice(0, 300)}`;
  if (!(status >= 200 && status < 500)) throw new Error(words);
  if (status === 200 || request.method === "HEAD" || !body.startsWith("{")) return;
  const { success, errors } = JSON.parse(body) as { success: unknown; errors: { code: unknown }[] };
  if (success !== false || typeof errors[0]?.code !== "number") throw new Error(words);
}

/** Returns the mark of a message, wherever it is in the body. */
function markOf(body: unknown): string {
  return /mark-\d+;/.exec(typeof body === "string" ? body : JSON.stringify(body))?.[0] ?? `no mark in ${body}`;
}

function describeAll(drawn: readonly Drawn[]): string {
  return drawn.map(({ bytes }) => JSON.stringify(bytes.toString("latin1", 0, 400))).join(" then ");
}
