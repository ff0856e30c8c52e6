import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const repository = fileURLToPath(new URL("..", import.meta.url));
const biome = join(repository, "node_modules/.bin/biome");
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "architecture-"));
  await copyFile(join(repository, "biome.json"), join(folder, "biome.json"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Lints one file that imports another, and says whether the direction is refused. */
async function refused(from: string, specifier: string): Promise<boolean> {
  const path = join(folder, from);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `import { a } from "${specifier}";\n\nexport const b = a;\n`);
  const output = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [biome, "lint", "--only=style/noRestrictedImports", path],
      { cwd: folder },
      (_, out, err) => resolve(out + err),
    );
  });
  await rm(path);
  expect(output).toContain("Checked 1 file");
  return output.includes("noRestrictedImports");
}

it.each([
  ["src/types.ts", "./plan/digest.ts"],
  ["src/limits.ts", "./types.ts"],
  ["src/plan/a.ts", "../push/run.ts"],
  ["src/manifest/a.ts", "../lifecycle/index.ts"],
  ["src/cloudflare/a.ts", "../push/pace.ts"],
  ["src/push/a.ts", "../lifecycle/index.ts"],
  ["src/push/a.ts", "../manifest/index.ts"],
  ["src/lifecycle/a.ts", "../../infra/program.ts"],
  ["src/lifecycle/a.ts", "@pulumi/pulumi"],
  ["src/plan/a.ts", "../cli/main.ts"],
  ["src/lifecycle/a.ts", "../emulator/index.ts"],
  ["src/redrive/a.ts", "../lifecycle/index.ts"],
  ["src/redrive/a.ts", "../cli/main.ts"],
  ["src/emulator/a.ts", "../limits.ts"],
  ["src/emulator/broker/a.ts", "../../limits.ts"],
  ["src/emulator/a.ts", "../cloudflare/client.ts"],
  ["infra/a.ts", "../src/cli/main.ts"],
])("%s may not import %s", async (from, specifier) => {
  expect(await refused(from, specifier)).toBe(true);
});

it.each([
  ["src/plan/a.ts", "../types.ts"],
  ["src/plan/a.ts", "../limits.ts"],
  ["src/push/a.ts", "../plan/index.ts"],
  ["src/push/a.ts", "../cloudflare/index.ts"],
  ["src/lifecycle/a.ts", "../push/index.ts"],
  ["src/redrive/a.ts", "../push/index.ts"],
  ["src/emulator/a.ts", "./limits.ts"],
  ["src/emulator/broker/a.ts", "../limits.ts"],
  ["infra/provider/a.ts", "../../src/lifecycle/index.ts"],
  ["src/cli/a.ts", "../emulator/index.ts"],
])("%s may import %s", async (from, specifier) => {
  expect(await refused(from, specifier)).toBe(false);
});
