import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkOutput, writeOutput } from "../../../src/cli/shared/output.ts";
import { UsageError } from "../../../src/usage-error.ts";
import { temporaryFolder } from "../../manifest/support/fixture.ts";

it("writes the file that a flag names, and checks it beforehand without changing it", () => {
  using root = temporaryFolder();
  const path = join(root.path, "run.json");
  checkOutput(path);
  writeOutput(path, "text");
  checkOutput(path);
  expect(readFileSync(path, "utf8")).toBe("text");
});

it.each([
  ["a folder that is not there", "none/run.json", "no such file or directory (ENOENT)"],
  ["a folder", ".", "it is a folder (EISDIR)"],
])("says what is wrong, and which file to name: %s", (_, name, why) => {
  using root = temporaryFolder();
  const path = join(root.path, name);
  for (const use of [() => checkOutput(path), () => writeOutput(path, "text")]) {
    expect(use).toThrow(UsageError);
    expect(use).toThrow(`cannot be written: ${why}. Name a file in an existing, writable folder`);
  }
  expect(existsSync(join(root.path, "none"))).toBe(false);
});
