import { join } from "node:path";
import { expect, it } from "vitest";
import { type Finished, start } from "../../src/engine/child.ts";
import { makeSeeder, type Seeder, said, succeeded } from "./support/seeder.ts";

const main = join(import.meta.dirname, "../../src/cli/main.mjs");

/** The command line in the stack's project, as a process of its own. */
function run({ stack }: Seeder, ...args: string[]): Promise<Finished> {
  const { dir, env } = stack.project;
  return start(process.execPath, [main, ...args, "--stack", stack.name], { cwd: dir, env, timeoutMs: 150_000 }).done;
}

const manifest = (...bodies: number[]) =>
  `queue: orders\nin_doubt: stop\nmessages:\n${bodies.map((n) => `  - { id: m${n % 100}, body: ${n} }\n`).join("")}`;

it("baselines a manifest without a push, as it is or as it was edited, and leaves others alone", async () => {
  await using seeder = await makeSeeder({ messages: { "old/a.yaml": manifest(1, 2), "b.yaml": manifest(3) } });
  const { stack, emulator } = seeder;
  const baseline = succeeded(await run(seeder, "baseline", "old/a", "--yes"));
  expect(baseline.stderr).toContain("2 messages marked as pushed; nothing was pushed");
  expect(baseline.stdout).toBe("");
  expect(emulator.requests).toHaveLength(0);

  seeder.write("old/a.yaml", manifest(101, 2));
  succeeded(await run(seeder, "baseline", "old/a", "--yes"));
  // The other manifest was passed over, not skipped for ever.
  succeeded(await stack.up());
  expect(seeder.bodies("orders")).toEqual([3]);
});

it("settles what is in doubt, and forgets what was pushed, without a push", async () => {
  await using seeder = await makeSeeder({ messages: { "b.yaml": manifest(3, 4) } });
  const { stack, emulator, bodies } = seeder;
  emulator.faults.add({ match: { route: "batch" }, effect: { kind: "lost", when: "after" }, times: 1 });
  const lost = await stack.up();
  expect(lost.code).not.toBe(0);
  expect(said(lost)).toContain("queue-seeder settle b --pushed");
  const unknown = await run(seeder, "settle", "b", "m9", "--pushed", "--yes");
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toMatch(/MESSAGE_UNKNOWN: b has no message "m9" that is in doubt/);
  const settled = succeeded(await run(seeder, "settle", "b", "--pushed", "--yes"));
  expect(settled.stderr).toContain("2 messages in doubt marked as pushed");
  const forgotten = succeeded(await run(seeder, "forget", "b", "m4", "--yes"));
  expect(forgotten.stderr).toContain("1 message forgotten by the ledger");
  expect(bodies("orders")).toEqual([3, 4]);
  succeeded(await stack.up());
  expect(bodies("orders")).toEqual([3, 4, 4]);
});

it("asks for what it needs, and says what it does not know", async () => {
  await using seeder = await makeSeeder({ messages: { "a.yaml": manifest(1) } });
  expect(await run(seeder, "forget", "a")).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes") });
  expect(await run(seeder, "settle", "a", "--yes")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--pushed or --resend"),
  });
  const misspelt = await run(seeder, "forget", "aa", "--yes");
  expect(misspelt).toMatchObject({ code: 2, stderr: expect.stringMatching(/no manifest "aa"\. It has a\./) });
  const never = await run(seeder, "forget", "a", "--yes");
  expect(never).toMatchObject({ code: 1, stderr: expect.stringMatching(/NOT_DEPLOYED/) });
  expect(seeder.emulator.requests).toHaveLength(0);
});
