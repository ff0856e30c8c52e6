import { appendFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { describeSystemError } from "../../file-error.ts";
import { UsageError } from "../../usage-error.ts";

/** Writes a file that a flag names. @throws UsageError where it cannot be written */
export function writeOutput(path: string, text: string): void {
  withUsageError(path, () => writeFileSync(path, text));
}

/**
 * Looks whether a file that a flag names can be written, before the work is done that it is to tell of. Makes it where it is
 * not there.
 *
 * @throws UsageError
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
      `${name} cannot be written: ${describeSystemError(error)}. Name a file in a folder that is there and may be written to.`,
    );
  }
}
