import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "acorn";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ProcessResult, spawnProcess } from "../../src/engine/child-process.ts";

const guard = join(import.meta.dirname, "../../infra/check-node-version.cjs");
const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "queue-seeder-guard-"));
});

afterEach(() => rmSync(dir, { recursive: true }));

/** Runs the guard on a Node that reports another version. */
function runOn(version: string, file = guard): Promise<ProcessResult> {
  const preload = join(dir, "version.cjs");
  writeFileSync(preload, `Object.defineProperty(process.versions, "node", { value: "${version}" });\n`);
  return spawnProcess(process.execPath, ["-r", preload, file]).done;
}

test.each(["0.10.48", "18.20.8", "20.20.2", "21.99.0", "22.17.1"])(
  "Node %s is refused with the remedy",
  async (version) => {
    const { code, stdout, stderr } = await runOn(version);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`queue-seeder needs Node 22.18 or newer; this is Node ${version}.\n`);
    expect(stderr).toContain("Run `npm ci` again without --omit=optional");
  },
);

test("an installation as a package gets another remedy", async () => {
  const folder = join(dir, "node_modules/queue-seeder");
  mkdirSync(folder, { recursive: true });
  copyFileSync(guard, join(folder, "check-node-version.cjs"));
  const { stderr } = await runOn("20.20.2", join(folder, "check-node-version.cjs"));
  expect(stderr).toMatch(/^queue-seeder needs Node 22\.18 .*\nRun `npm install node@24`: .*\n$/);
});

test.each(["22.18.0", "22.19.3", "23.0.0", "24.21.0", "100.0.0"])("Node %s passes", async (version) => {
  expect(await runOn(version)).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

test("it requires the same version as package.json", () => {
  expect(engines.node).toBe(">=22.18");
});

test("any Node can parse it", () => {
  const text = readFileSync(guard, "utf8");
  expect(() => parse(text, { ecmaVersion: 5 })).not.toThrow();
  // Formatters like to add a trailing comma, which Node 6 refuses.
  expect(() => parse("console.error(1,);", { ecmaVersion: 5 })).toThrow();
});
