import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import {
  isBrokenCheckpoint,
  parseLockMessage,
  parseReason,
  stripColours,
} from "../../src/engine/pulumi-internals/cli-messages.ts";
import { makeSeeder } from "./support/seeder.ts";

it("reads the sentences of the installed Pulumi: whose a lock is, why it ends, and what it does not read", async () => {
  await using seeder = await makeSeeder({ messages: {} });
  const { stack } = seeder;
  const nowhere = await stack.project.pulumi(["stack", "export", "--stack", "nowhere"]);
  expect(parseReason(nowhere.stderr)).toMatch(/^no stack named 'nowhere' found$/);
  expect(parseLockMessage(nowhere.stderr)).toBeUndefined();

  const lock = { pid: 4711, username: "ann", hostname: "build-7", timestamp: "2026-08-01T10:00:00Z" };
  const { name: project } = parse(readFileSync(join(stack.project.dir, "Pulumi.yaml"), "utf8"));
  const locks = join(stack.project.dir, "../state/.pulumi/locks/organization", project, stack.name);
  mkdirSync(locks, { recursive: true });
  writeFileSync(join(locks, "11111111-1111-4111-8111-111111111111.json"), JSON.stringify(lock));
  const locked = await stack.up();
  expect(parseLockMessage(stripColours(locked.stderr))).toEqual({
    backend: "folder",
    owner: { user: "ann", host: "build-7", pid: 4711, since: expect.stringMatching(/^2026-08-01T10:00:00Z/) },
  });
  expect(isBrokenCheckpoint(parseReason(locked.stderr))).toBe(false);
});
