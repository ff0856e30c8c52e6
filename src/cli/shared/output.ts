import { appendFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { describeSystemError } from "../../file-error.ts";
import { UsageError } from "../../usage-error.ts";

/** Writes a file named by a flag. @throws UsageError if it cannot be written */
export function writeOutput(path: string, text: string): void {
  withUsageError(path, () => writeFileSync(path, text));
}

/**
 * Checks that a file named by a flag can be written, before the work whose results it receives. Creates the file if it does not
 * exist.
 *
 * @throws UsageError if it cannot be written
 */
export function checkOutput(path: string): void {
  withUsageError(path, () => appendFileSync(path, ""));
}

function withUsageError(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const name = relative(process.cwd(), path);
    throw new UsageError(
      `${name} cannot be written: ${describeSystemError(error)}. Name a file in an existing, writable folder.`,
    );
  }
}
