import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Environment variable with the folder that the test files of a run share. The workers of vitest inherit it. */
export const sharedFolderVariable = "QUEUE_SEEDER_TEST_FOLDER";

export default function setup(): () => void {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "queue-seeder-test-")));
  for (const part of ["stacks", "projects"]) mkdirSync(join(folder, part));
  process.env[sharedFolderVariable] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
