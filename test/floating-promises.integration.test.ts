import { execFile } from "node:child_process";
import { copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { temporaryFolder } from "./manifest/support/fixture.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const oxlint = join(repository, "node_modules/oxlint/bin/oxlint");

/** Lints one function for each of these statements. @returns the statements in which a promise floats */
async function floating(statements: readonly string[]): Promise<readonly string[]> {
  using folder = temporaryFolder();
  await mkdir(join(folder.path, "src"));
  for (const file of [".oxlintrc.json", "tsconfig.json", "package.json"]) {
    await copyFile(join(repository, file), join(folder.path, file));
  }
  await symlink(join(repository, "node_modules"), join(folder.path, "node_modules"));
  const imports = 'import { once } from "node:events";\nimport { rename } from "node:fs/promises";\n';
  const types = "interface Journal { close(): Promise<void> }\n";
  const functions = statements.map((each, at) => `export async function f${at}(journal: Journal) { ${each} }\n`);
  await writeFile(join(folder.path, "src/a.ts"), imports + types + functions.join(""));
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, [oxlint, "--format=json", "src"], { cwd: folder.path }, (_, out) => resolve(out));
  });
  const { diagnostics } = JSON.parse(output) as {
    diagnostics: { code: string; labels: [{ span: { line: number } }] }[];
  };
  expect(diagnostics.map(({ code }) => code)).toEqual(diagnostics.map(() => "typescript(no-floating-promises)"));
  return diagnostics.map(({ labels: [{ span }] }) => statements[span.line - 4] ?? `line ${span.line}`);
}

it("are found by the linter, whatever function returns them", async () => {
  const floats = [
    "journal.close();",
    // Promises of Node's own modules: a rename that is not awaited loses a journal.
    'rename("a", "b");',
    'once(process, "exit");',
    "Promise.all([journal.close()]);",
    "if (journal) journal.close().finally(() => {});",
    "[1].map(() => journal.close());",
  ];
  const handled = ["await journal.close();", "journal.close().catch(() => {});", "return journal.close();"];
  expect(await floating([...handled, ...floats])).toEqual(floats);
});
