import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Environment variable with the folder that the test files of a run share. The workers of vitest inherit it. */
export const templatesVariable = "QUEUE_SEEDER_TEST_STACKS";

export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "queue-seeder-stacks-"));
  process.env[templatesVariable] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
