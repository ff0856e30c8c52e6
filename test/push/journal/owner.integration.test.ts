import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { describeThisProcess, isRunning } from "../../../src/push/journal/owner.ts";

test("this process is found to run", async () => {
  const self = await describeThisProcess();
  expect(self.pid).toBe(process.pid);
  expect(await isRunning(self)).toBe(true);
});

test("a process that got the number of an ended one is not that one", async () => {
  const self = await describeThisProcess();
  expect(self.started).not.toBe("");
  expect(await isRunning({ ...self, started: `${self.started}1` })).toBe(false);
});

test("an ended process does not run, whether its parent has asked after it or not", async () => {
  const self = await describeThisProcess();
  const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "inherit"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  await once(child, "spawn");
  const owner = { ...self, pid: child.pid ?? 0, started: "" };
  expect(await isRunning(owner)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await isRunning(owner)).toBe(false);
});

test("a process on another machine, or in another container, cannot be observed", async () => {
  expect(await isRunning({ ...(await describeThisProcess()), machine: "another" })).toBe(false);
});
