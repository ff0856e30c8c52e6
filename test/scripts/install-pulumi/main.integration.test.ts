import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type RunningProcess, spawnProcess } from "../../../src/engine/child-process.ts";
import { findEngine } from "../../../src/engine/find-engine.ts";
import { fakeEngine, fakeLauncher } from "../support/fakes.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

// The real script, in processes of its own, and the real launcher, without a network: only Go can install Pulumi.
const main = join(import.meta.dirname, "../../../scripts/install-pulumi/main.ts");

function run({ env }: Sandbox, path = env.PATH): RunningProcess {
  return spawnProcess(process.execPath, [main], { env: { ...env, PATH: path }, timeoutMs: 25_000 });
}

function builds({ watch }: Sandbox): number {
  return watch.calls.filter((call) => call === "go build pulumi").length;
}

test("an installed engine is named, on stderr", async () => {
  await using sandbox = await makeSandbox();
  const pulumi = fakeEngine(sandbox.pathDir, "3.250.0");
  expect(await run(sandbox).done).toMatchObject({
    code: 0,
    stdout: "",
    stderr: `Pulumi 3.250.0 is here: ${pulumi}\n`,
  });
});

test("inside `npm run`, with the launcher first on PATH, Pulumi is still installed; a second run finds it", async () => {
  await using sandbox = await makeSandbox();
  const bin = fakeLauncher(join(sandbox.dir, "node_modules"), join(sandbox.dir, "trace"));
  const path = `${bin}:${sandbox.pathDir}`;
  const first = await run(sandbox, path).done;
  expect(first, first.stderr).toMatchObject({ code: 0 });
  expect(first.stderr).toMatch(/^Pulumi could not be installed by the download: pulumi: closed network\.$/m);
  expect(first.stderr).toMatch(/^Pulumi 3\.250\.0 is ready: .*versions\/3\.250\.0\/bin\/pulumi$/m);
  expect((await run(sandbox, path).done).stderr).toMatch(/^Pulumi 3\.250\.0 is here: .*\n$/);
  expect(builds(sandbox)).toBe(1);
});

test("of two at once one builds, and the other waits for it", async () => {
  await using sandbox = await makeSandbox();
  sandbox.watch.verdicts.set("go build pulumi", "hold");
  const building = sandbox.watch.next("go build pulumi");
  const first = run(sandbox);
  await building;
  const second = run(sandbox);
  await says(second, "Waiting for it");
  sandbox.watch.release();
  expect(await Promise.all([first.done, second.done])).toMatchObject([{ code: 0 }, { code: 0 }]);
  expect(builds(sandbox)).toBe(1);
});

test("the one that waits continues when the one that builds is killed", async () => {
  await using sandbox = await makeSandbox();
  sandbox.watch.verdicts.set("go build pulumi", "hold");
  const building = sandbox.watch.next("go build pulumi");
  const first = run(sandbox);
  await building;
  const second = run(sandbox);
  await says(second, "Waiting for it");
  sandbox.watch.verdicts.delete("go build pulumi");
  first.child.kill("SIGKILL");
  expect(await second.done).toMatchObject({ code: 0 });
  expect(findEngine(sandbox.env)).toMatchObject({ from: "home" });
  expect(sandbox.left().filter((path) => path.includes(".building-"))).toEqual([]);
  expect(await first.done).toMatchObject({ code: null, signal: "SIGKILL" });
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("%s ends it with %i, and ends its tools", async (signal, code) => {
  await using sandbox = await makeSandbox();
  sandbox.watch.verdicts.set("go build pulumi", "hold");
  const building = sandbox.watch.next("go build pulumi");
  const dead = sandbox.watch.next("go build pulumi", "dies");
  const running = run(sandbox);
  await building;
  running.child.kill(signal);
  const [finished] = await Promise.all([running.done, dead]);
  expect(finished).toMatchObject({ code, signal: null });
  expect(sandbox.left().filter((path) => path.startsWith("versions/"))).toEqual([]);
});

test("if no engine can be installed, it ends with 1 and the remedy, without a stack trace", async () => {
  await using sandbox = await makeSandbox({ go: false });
  const { code, stderr } = await run(sandbox).done;
  expect(code).toBe(1);
  expect(stderr).toContain("Install one of these on PATH, then run `npm run engine` again:");
  expect(stderr).not.toMatch(/^\s+at /m);
});

test.each(["file in place of the home", "file in place of the versions"])(
  "a %s is reported, without a stack trace",
  async (what) => {
    await using sandbox = await makeSandbox();
    const home = sandbox.env.PULUMI_HOME ?? "";
    if (what.endsWith("versions")) mkdirSync(home);
    writeFileSync(what.endsWith("versions") ? join(home, "versions") : home, "");
    const { code, stderr } = await run(sandbox).done;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Pulumi's home .* cannot be used: ENOTDIR/);
    expect(stderr).not.toMatch(/^\s+at /m);
  },
);

/** Resolves once a process has written the words to stderr. */
function says({ child, done }: RunningProcess, words: string): Promise<void> {
  let seen = "";
  return new Promise((resolve, reject) => {
    child.stderr?.on("data", (chunk) => {
      seen += chunk;
      if (seen.includes(words)) resolve();
    });
    done.then(({ stderr }) => reject(new Error(`It ended without saying so: ${stderr}`)), reject);
  });
}
