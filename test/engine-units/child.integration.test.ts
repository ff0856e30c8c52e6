import { once } from "node:events";
import { expect, test } from "vitest";
import { spawnProcess } from "../../src/engine/child-process.ts";

test("a process result has the exit code and the output", async () => {
  const { done } = spawnProcess("/bin/sh", ["-c", "echo out; echo err >&2; exit 3"]);
  expect(await done).toEqual({ code: 3, signal: null, stdout: "out\n", stderr: "err\n" });
});

test("a process that cannot be started is an error", async () => {
  await expect(spawnProcess("/absent/tool", []).done).rejects.toThrow("ENOENT");
});

// The second process keeps the output open: `done` resolves only after it has ended as well.
const withSecondProcess = ["-c", "sleep 600 & echo started; wait"];
const killed = { code: null, signal: "SIGKILL" };

test("stop ends its child processes, too", async () => {
  const { child, done, stop } = spawnProcess("/bin/sh", withSecondProcess);
  await once(child.stdout ?? child, "data");
  stop();
  expect(await done).toMatchObject(killed);
});

test("a signal ends it, also one that came before the start", async () => {
  const abort = new AbortController();
  const { child, done } = spawnProcess("/bin/sh", withSecondProcess, { signal: abort.signal });
  await once(child.stdout ?? child, "data");
  abort.abort();
  expect(await done).toMatchObject(killed);
  expect(await spawnProcess("/bin/sh", withSecondProcess, { signal: abort.signal }).done).toMatchObject(killed);
});

test("its time limit ends it", async () => {
  expect(await spawnProcess("/bin/sh", withSecondProcess, { timeoutMs: 50 }).done).toMatchObject(killed);
});

test("stopping an ended process does nothing", async () => {
  const { done, stop } = spawnProcess("/bin/sh", ["-c", "exit 0"]);
  await done;
  expect(stop).not.toThrow();
});
