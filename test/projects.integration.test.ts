import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const repository = join(import.meta.dirname, "..");

it("runs every test file in exactly one project", () => {
  const vitest = join(repository, "node_modules/vitest/vitest.mjs");
  const { stdout, stderr } = spawnSync(process.execPath, [vitest, "list", "--filesOnly", "--json"], {
    cwd: repository,
    encoding: "utf8",
  });
  const listed: readonly { readonly file: string; readonly projectName: string }[] = JSON.parse(stdout || stderr);
  const files = readdirSync(join(repository, "test"), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.test\.[cm]?[jt]sx?$/.test(path))
    .map((path) => join(repository, "test", path));
  expect(listed.map(({ file }) => file).sort()).toEqual(files.sort());
  expect([...new Set(listed.map(({ projectName }) => projectName))].sort()).toEqual([
    "contract",
    "engine",
    "integration",
    "unit",
  ]);
});
