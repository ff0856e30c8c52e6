import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ensureEngine } from "../../../scripts/install-pulumi/ensure.ts";
import { progressOn } from "../../../scripts/install-pulumi/progress.ts";
import { type Engine, findEngine } from "../../../src/engine/find-engine.ts";
import { fakeEngine } from "../support/fakes.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

const builds = ["go version", "go build pulumi", "go build pulumi-language-nodejs", "go list"];

interface Run {
  readonly done: Promise<Engine>;
  readonly stop: AbortController;
  screen(): string;
}

function ensure({ env, launcher }: Sandbox): Run {
  let written = "";
  const stop = new AbortController();
  const progress = progressOn({ write: (text) => (written += text) });
  return { done: ensureEngine({ env, launcher, progress, signal: stop.signal }), stop, screen: () => written };
}

test("an installed engine is used, and nothing is started or written", async () => {
  await using sandbox = await makeSandbox();
  fakeEngine(sandbox.pathDir, "3.250.0");
  const run = ensure(sandbox);
  expect(await run.done).toMatchObject({ from: "path" });
  expect([sandbox.watch.calls, sandbox.left(), run.screen()]).toEqual([[], [], ""]);
});

test("the launcher's download is tried first", async () => {
  await using sandbox = await makeSandbox();
  const run = ensure(sandbox);
  const engine = await run.done;
  expect(engine).toEqual(findEngine(sandbox.env));
  expect(engine).toMatchObject({ version: "3.250.0", from: "home" });
  expect(sandbox.watch.calls).toEqual(["launcher"]);
  expect(run.screen()).toBe("Downloading Pulumi 3.250.0 …\n");
});

test("if it fails, Go builds an engine, and the output says how long that takes", async () => {
  await using sandbox = await makeSandbox();
  sandbox.watch.verdicts.set("launcher", "fail");
  const run = ensure(sandbox);
  const { binDir } = await run.done;
  expect(findEngine(sandbox.env)).toEqual(await run.done);
  expect(sandbox.watch.calls).toEqual(["launcher", ...builds]);
  expect(readFileSync(join(binDir, "pulumi-language-nodejs"), "utf8")).toContain("-typescript=false");
  expect(run.screen()).toBe(
    [
      "Downloading Pulumi 3.250.0 …",
      "Pulumi could not be installed by the download: launcher: no network here.",
      "1/3 Building the Pulumi CLI with Go … (about 6 minutes on 2 cores)",
      "2/3 Building its language plugin for Node … (about half a minute)",
      "3/3 Copying their scripts …",
      "",
    ].join("\n"),
  );
});

test("an incomplete download is not used, and nothing of it stays", async () => {
  await using sandbox = await makeSandbox();
  sandbox.watch.verdicts.set("launcher", "half");
  const run = ensure(sandbox);
  const { binDir } = await run.done;
  expect(run.screen()).toContain("the result lacks pulumi-language-nodejs, pulumi-resource-pulumi-nodejs.");
  expect(existsSync(join(binDir, "nodejs-language-host"))).toBe(true);
});

test("an incomplete installation is replaced", async () => {
  await using sandbox = await makeSandbox();
  const binDir = join(sandbox.env.PULUMI_HOME ?? "", "versions/3.250.0/bin");
  fakeEngine(binDir, "3.250.0", []);
  writeFileSync(join(binDir, "old"), "");
  await ensure(sandbox).done;
  expect(findEngine(sandbox.env)).toMatchObject({ binDir });
  expect(existsSync(join(binDir, "old"))).toBe(false);
});

test.each(builds)(
  "a build that fails at `%s` leaves nothing behind, and the error says what to install",
  async (step) => {
    await using sandbox = await makeSandbox();
    sandbox.watch.verdicts.set("launcher", "fail").set(step, "fail");
    await expect(ensure(sandbox).done).rejects.toThrow(
      `  the build with Go: first words | ${step}: no network here.\n`,
    );
    expect(sandbox.left()).toEqual(["versions"]);
  },
);

test("a build of another version fails", async () => {
  await using sandbox = await makeSandbox();
  sandbox.watch.verdicts.set("launcher", "fail").set("go build pulumi", "half");
  await expect(ensure(sandbox).done).rejects.toThrow("the build with Go: the result has version 3.0.0.");
  expect(sandbox.left()).toEqual(["versions"]);
});

test("if there is no way to get an engine, the error reports every attempt", async () => {
  await using sandbox = await makeSandbox({ go: false });
  const old = fakeEngine(sandbox.pathDir, "3.99.0");
  sandbox.watch.verdicts.set("launcher", "fail");
  await expect(ensure(sandbox).done).rejects.toThrow(
    [
      "No Pulumi 3.250.0 or newer was found on PATH or in Pulumi's home, and none could be installed.",
      `  ${old}: it is 3.99.0, older than 3.250.0.`,
      "  the download: launcher: no network here.",
      "  the build with Go: `go` is not on PATH.",
      "Install one of these on PATH, then run `npm run engine` again:",
      "  the Pulumi CLI, 3.250.0 or newer: https://www.pulumi.com/docs/iac/download-install/",
      "  Go, 1.25.11 or newer, which then builds Pulumi in some minutes: https://go.dev/doc/install",
    ].join("\n"),
  );
});

test("the remains of a killed run are deleted", async () => {
  await using sandbox = await makeSandbox();
  mkdirSync(join(sandbox.env.PULUMI_HOME ?? "", "versions/.building-left/bin"), { recursive: true });
  await ensure(sandbox).done;
  expect(sandbox.left().filter((path) => path.includes(".building-"))).toEqual([]);
});

test("a build that is stopped ends its tools, and leaves nothing behind", async () => {
  await using sandbox = await makeSandbox();
  sandbox.watch.verdicts.set("launcher", "fail").set("go build pulumi", "hold");
  const building = sandbox.watch.next("go build pulumi");
  const dead = sandbox.watch.next("go build pulumi", "dies");
  const run = ensure(sandbox);
  const end = expect(run.done).rejects.toBe("enough");
  await building;
  run.stop.abort("enough");
  await Promise.all([end, dead]);
  expect(sandbox.left()).toEqual(["versions"]);
  expect(sandbox.watch.calls.at(-1)).toBe("go build pulumi");
});

test("a home that cannot be written to is an error that names it", async () => {
  await using sandbox = await makeSandbox();
  writeFileSync(sandbox.env.PULUMI_HOME ?? "", "a file");
  await expect(ensure(sandbox).done).rejects.toThrow(sandbox.env.PULUMI_HOME);
});
