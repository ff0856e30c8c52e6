import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { usageExitOf, withHelp } from "../../src/cli/shared/help.ts";
import { temporaryFolder, writeFiles } from "../manifest/support/fixture.ts";
import { run, start } from "./support/run.ts";
import { runHere } from "./support/run-here.ts";

const names = commands.map((command) => command().name());

/** Appends the URL of each loaded module to the file LOADED. */
const recorder = `data:text/javascript,${encodeURIComponent(`
  import { appendFileSync } from "node:fs";
  import { registerHooks } from "node:module";
  registerHooks({ load(url, context, next) { appendFileSync(process.env.LOADED, url + "\\n"); return next(url, context); } });
`)}`;

/** Runs the command. @returns the packages and the folders of src/ that it loaded */
async function loadedBy(args: readonly string[], cwd: string): Promise<readonly string[]> {
  const LOADED = join(cwd, "loaded.txt");
  await run(args, { cwd, env: { LOADED }, node: ["--import", recorder] });
  const urls = readFileSync(LOADED, "utf8").split("\n");
  const parts = urls.flatMap((url) => /\/(node_modules\/(?:@[^/]+\/)?[^/]+|src\/[^/]+)/.exec(url)?.[1] ?? []);
  return [...new Set(parts)].sort();
}

describe("the usage text", () => {
  it.each([[], ...names.map((name) => [name])])("of queue-seeder %s matches the reviewed file", async (...name) => {
    const { code, stdout, stderr } = await run([...name, "--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    await expect(stdout).toMatchFileSnapshot(`usage/${name[0] ?? "queue-seeder"}.txt`);
  });

  it.each(names)("of %s has examples and exit codes", async (name) => {
    const { stdout } = await runHere(["help", name]);
    expect(stdout).toMatch(/^Examples:\n {2}\$ .*queue-seeder /m);
    expect(stdout).toMatch(/^Exit codes:\n {3}0 {2}/m);
    expect(stdout).toMatch(/^ +(2|64) {2}wrong usage/m);
  });

  it("has bold titles, unless NO_COLOR is set or the output is a pipe", async () => {
    const bold = "\u001b[1mExit codes:\u001b[22m";
    expect((await run(["--help"], { env: { FORCE_COLOR: "1" } })).stdout).toContain(bold);
    expect((await run(["--help"], { env: { NO_COLOR: "1" } })).stdout).not.toContain("\u001b");
    expect((await run(["--help"])).stdout).not.toContain("\u001b");
  });
});

describe("the CLI", () => {
  it("loads only commander and the definitions for a help, a version and a mistake", async () => {
    using folder = temporaryFolder();
    const frame = [
      "node_modules/commander",
      "src/cli",
      "src/compile-cache.mjs",
      "src/emulator",
      "src/format.ts",
      "src/printable.ts",
      "src/usage-error.ts",
    ];
    for (const args of [["--help"], ["validate", "--help"], ["--version"], ["--nothing"]]) {
      expect(await loadedBy(args, folder.path)).toEqual(frame);
    }
  });

  it("loads the rest once a command runs", async () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, { "messages/a.yaml": "queue: orders\nmessages:\n  - body: 1\n" });
    expect(await loadedBy(["validate"], folder.path)).toEqual(
      expect.arrayContaining(["node_modules/yaml", "src/manifest"]),
    );
  });
});

describe("a mistake", () => {
  it.each([
    [["vaildate"], "Did you mean validate?"],
    [["validate", "--fromat", "json"], "Did you mean --format?"],
    [["validate", "--format", "jsn"], "Allowed choices are text, json, github, gitlab, sarif."],
    [["completion", "bsh"], "Allowed choices are bash, zsh, fish."],
    [["emulate", "more"], "too many arguments"],
    [["help", "vaildate"], "Usage: queue-seeder"],
  ])("%j ends with 2 and suggests what was meant", async (args, hint) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(hint);
  });

  it("without a command shows the help at a terminal, not to programs", async () => {
    const { code, stdout, stderr } = await run([]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("Usage: queue-seeder");
  });
});

it("ends with 64 for wrong usage if 2 is an outcome of the command", async () => {
  expect((await run(["plan", "--fromat", "json"])).code).toBe(64);
  const help = { examples: [], exits: { 0: "nothing to do", 2: "changes", 64: "wrong usage" } };
  expect(usageExitOf(withHelp(new Command("a"), { ...help, usageExit: 64 }))).toBe(64);
  expect(usageExitOf(withHelp(new Command("b"), help))).toBe(2);
});

it("prints the version of the package for --version", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(await run(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

it("continues if its output is no longer read", async () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, { "messages/a.yaml": "queue: orders\nmessages:\n  - body: 1\n" });
  const child = start(["validate", "--format", "json"], { cwd: folder.path });
  child.stdout?.destroy();
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect([code, stderr]).toEqual([0, ""]);
});
