import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startVault, vaultVariable } from "./vault.ts";

/** Environment variable with the folder that the test files of a run share. The workers of vitest inherit it. */
export const sharedFolderVariable = "QUEUE_SEEDER_TEST_FOLDER";

export default async function setup(): Promise<() => void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "queue-seeder-test-")));
  for (const part of ["stacks", "projects"]) mkdirSync(join(folder, part));
  process.env[sharedFolderVariable] = folder;
  const vault = await startVault();
  process.env[vaultVariable] = vault.url;
  return () => {
    vault.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
}
