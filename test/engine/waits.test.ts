import { expect, it } from "vitest";
import { problemsWith } from "../cli/schema.ts";
import { cli } from "./support/cli.ts";
import { makeSeeder, outputOf, succeeded } from "./support/seeder.ts";

const many = (count: number) =>
  `queue: orders\nmessages:\n${Array.from({ length: count }, (_, n) => `  - { id: "m${n}", body: ${n} }\n`).join("")}`;
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const sorted = (bodies: unknown[]) => (bodies as number[]).toSorted((a, b) => a - b);

const limited = (retryAfterSeconds: number) => ({ kind: "error", code: 971, retryAfterSeconds }) as const;

it("reports a wait with its reason and its end, in Pulumi's log and as JSON", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": many(3) } });
  const { stack, emulator } = seeder;
  const line = /waiting for at most \d s, until \S+Z: the account's API rate limit is reached/;
  emulator.faults.add({ match: { route: "batch" }, effect: limited(4), times: 1 });
  const first = outputOf(succeeded(await stack.up({ env: { NODE_DEBUG: "queue-seeder" } })));
  expect(first).toMatch(line);
  expect(first).toMatch(/QUEUE-SEEDER \d+: wait until=\d+ reason=the account's API rate limit is reached/);

  seeder.write("a.yaml", many(6));
  emulator.faults.add({ match: { route: "batch" }, effect: limited(4), times: 1 });
  const json = await cli(stack.project, ["up", "--stack", "test", "--yes", "--format", "json"]);
  expect(json.code, outputOf(json)).toBe(0);
  const lines = json.stdout.trim().split("\n");
  const waiting = lines.map((each) => JSON.parse(each)).filter(({ kind }) => kind === "waiting");
  expect(waiting.length).toBeGreaterThan(0);
  for (const each of waiting) {
    expect(problemsWith("up", each)).toEqual([]);
    expect(each).toMatchObject({
      reason: "the account's API rate limit is reached",
      until: expect.any(String),
      secondsLeft: expect.toSatisfy((seconds: number) => seconds <= 4),
      resource: "a/0",
    });
  }

  expect(sorted(seeder.bodies("orders"))).toEqual(numbers(6));
});

it("ends instead of waiting for years, keeps what was pushed, and pushes the rest next time", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": many(300) } });
  const { stack, emulator, bodies } = seeder;
  emulator.faults.add({ match: { route: "batch" }, effect: limited(999_999_999), skip: 1 });
  const ended = await stack.up();
  expect(ended.code).not.toBe(0);
  expect(outputOf(ended)).toContain("a: 100 of 300 messages pushed to orders, 0 in doubt, 200 not sent.");
  expect(outputOf(ended)).toMatch(
    /rate limit is reached.*and the next attempt would be in 31 years: a run waits for at most 60 min/,
  );
  expect(outputOf(ended)).toContain("queue-seeder:maxWait");
  expect(bodies("orders")).toHaveLength(100);

  // As long as configured, and no longer.
  emulator.faults.clear();
  emulator.faults.add({ match: { route: "batch" }, effect: limited(60) });
  await stack.setConfig({ "queue-seeder:maxWait": 30 });
  expect(outputOf(await stack.up())).toMatch(/in (60|61) s: a run waits for at most 30 s/);
  expect(bodies("orders")).toHaveLength(100);

  emulator.faults.clear();
  succeeded(await stack.up());
  expect(sorted(bodies("orders"))).toEqual(numbers(300));
});
