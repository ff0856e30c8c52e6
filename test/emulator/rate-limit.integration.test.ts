import { expect, test } from "vitest";
import { manualClock, startEmulator } from "../../src/emulator/index.ts";
import { Caller } from "./caller.ts";

const limits = { requests: 3, windowSeconds: 300, blockSeconds: 300, requestsPerSecondPerAddress: 100 };

async function limited(rateLimit: boolean | Partial<typeof limits> = limits) {
  const clock = manualClock(1_700_000_000_000);
  const emulator = await startEmulator({ queues: [{ name: "orders" }], rateLimit, clock });
  return { clock, emulator, api: new Caller(emulator), [Symbol.asyncDispose]: () => emulator.close() };
}

test("every answer reports the remaining quota, a refusal too", async () => {
  await using setup = await limited();
  const ok = await setup.api.call("GET", "");
  expect(ok.headers.get("ratelimit")).toBe('"default";r=2;t=300');
  expect(ok.headers.get("ratelimit-policy")).toBe('"burst";q=3;w=300');
  setup.clock.advance(100_500);
  const refused = await setup.api.post("/messages", {});
  expect(refused.code).toBe(10207);
  expect(refused.headers.get("ratelimit")).toBe('"default";r=1;t=200');
});

test("one request above the limit blocks all requests for five minutes, whatever the window", async () => {
  await using setup = await limited();
  for (let i = 0; i < 3; i += 1) expect((await setup.api.call("GET", "")).status).toBe(200);
  setup.clock.advance(290_000);
  const blocked = await setup.api.post("/messages", { body: 1 });
  expect([blocked.status, blocked.code]).toEqual([429, 971]);
  expect(blocked.headers.get("retry-after")).toBe("300");
  expect(blocked.headers.get("ratelimit")).toBe('"default";r=0;t=300');
  setup.clock.advance(299_000);
  const still = await setup.api.post("/messages", { body: 1 });
  expect([still.status, still.headers.get("retry-after")]).toEqual([429, "1"]);
  expect(setup.emulator.messages("orders")).toEqual([]);
  setup.clock.advance(1_000);
  expect((await setup.api.post("/messages", { body: 1 })).status).toBe(200);
});

test.each([false, true])(
  "pulls and acknowledgements count towards no limit, unless the option is set: %s",
  async (countPulls) => {
    const clock = manualClock(1_700_000_000_000);
    const rateLimit = { ...limits, requestsPerSecondPerAddress: 2 };
    await using emulator = await startEmulator({
      queues: [{ name: "orders" }],
      rateLimit,
      clock,
      variants: { countPulls },
    });
    const api = new Caller(emulator);
    await api.post("/consumers", { type: "http_pull" });
    const statuses: number[] = [];
    for (const path of ["pull", "ack", "pull", "ack"]) statuses.push((await api.post(`/messages/${path}`, {})).status);
    expect(statuses).toEqual(countPulls ? [200, 429, 429, 429] : [200, 200, 200, 200]);
    const left = (await api.post("/messages/pull", {})).headers.get("ratelimit");
    expect(left).toBe(countPulls ? '"default";r=1;t=300' : '"default";r=2;t=300');
    // Other calls always count, also between pulls.
    clock.advance(1_000);
    const others = [await api.call("GET", ""), await api.call("GET", ""), await api.call("GET", "")];
    expect(others.map(({ status }) => status)).toEqual(countPulls ? [200, 429, 429] : [200, 200, 429]);
    expect((await api.post("/messages/pull", {})).status).toBe(countPulls ? 429 : 200);
  },
);

test("a new window starts after the old one", async () => {
  await using setup = await limited();
  for (let i = 0; i < 3; i += 1) await setup.api.call("GET", "");
  setup.clock.advance(300_000);
  expect((await setup.api.call("GET", "")).headers.get("ratelimit")).toBe('"default";r=2;t=300');
});

test("production's limits are the default", async () => {
  await using setup = await limited(true);
  const answer = await setup.api.call("GET", "");
  expect(answer.headers.get("ratelimit")).toBe('"default";r=1199;t=300');
  for (let i = 1; i < 200; i += 1) await setup.api.call("GET", "");
  const burst = await setup.api.call("GET", "");
  expect([burst.status, burst.code, burst.headers.get("retry-after")]).toEqual([429, 10429, "1"]);
  setup.clock.advance(1_000);
  expect((await setup.api.call("GET", "")).status).toBe(200);
});

test("without a limit there are no rate limit headers", async () => {
  await using setup = await limited(false);
  expect((await setup.api.call("GET", "")).headers.has("ratelimit")).toBe(false);
});
