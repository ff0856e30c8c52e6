import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lock } from "../../../scripts/install-pulumi/lock.ts";

let dir: string;
let file: string;
const never = new AbortController().signal;
const unexpected = () => expect.unreachable("no other process holds it");

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "queue-seeder-lock-"));
  file = join(dir, "a/b/lock");
});

afterEach(() => rmSync(dir, { recursive: true }));

test("a free lock is acquired at once, and again after its release", async () => {
  for (let round = 0; round < 2; round++) {
    using _ = await lock(file, unexpected, never);
  }
});

test("a second caller waits, reports it once, and gets the lock when the first releases it", async () => {
  const first = await lock(file, unexpected, never);
  const order: string[] = [];
  let second: Promise<Disposable> | undefined;
  await new Promise<void>((resolve) => {
    const onWait = () => {
      order.push("waits");
      resolve();
    };
    second = lock(file, onWait, never).then((held) => {
      order.push("has it");
      return held;
    });
  });
  order.push("given back");
  first[Symbol.dispose]();
  (await second)?.[Symbol.dispose]();
  expect(order).toEqual(["waits", "given back", "has it"]);
});

test("waiting can be cancelled", async () => {
  using _ = await lock(file, unexpected, never);
  const stop = new AbortController();
  await expect(lock(file, () => stop.abort(), stop.signal)).rejects.toThrow("aborted");
});

test("anything but a lock is an error, not a wait", async () => {
  writeFileSync(
    join(dir, "text"),
    "something that is not a database, and long enough not to look like an empty one".repeat(20),
  );
  await expect(lock(join(dir, "text"), unexpected, never)).rejects.toThrow("not a database");
  await expect(lock(join(dir, "text/below"), unexpected, never)).rejects.toThrow(/ENOTDIR|EEXIST/);
});
