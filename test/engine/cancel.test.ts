import { expect, it } from "vitest";
import { makeSeeder, outputOf, succeeded } from "./support/seeder.ts";

const count = 12_000;
const many = `queue: orders\nmessages:\n${Array.from({ length: count }, (_, n) => `  - body: ${n}\n`).join("")}`;

// Pulumi treats SIGINT alike; up.test.ts has it, since `queue-seeder up` sends that.
it("finishes requests in flight on SIGTERM, saves, and resumes", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": many } });
  const { stack, emulator, bodies } = seeder;
  // 120 requests of a second each, of which 40 at a time are made, leave two seconds for the signal to arrive.
  emulator.faults.add({ match: { route: "batch" }, effect: { kind: "delay", ms: 1_000 } });
  const first = emulator.nextRequest(({ accepted }) => accepted > 0);
  const run = stack.spawnUp();
  await first;
  run.child.kill("SIGTERM");
  const stopped = await run.done;
  expect(stopped.code, outputOf(stopped)).not.toBe(0);
  expect(outputOf(stopped)).toContain("The run was cancelled");
  const before = bodies("orders").length;
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(count);

  emulator.faults.clear();
  succeeded(await stack.up());
  expect(bodies("orders").sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: count }, (_, n) => n));
});
