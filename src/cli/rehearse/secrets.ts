import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { describeSystemError } from "../../file-error.ts";
import { UsageError } from "../../usage-error.ts";

/**
 * Reads the values of secrets from a file with one NAME=value per line.
 *
 * @returns the values by name; empty if `file` is undefined
 * @throws UsageError if the file cannot be read
 */
export function readSecrets(root: string, file: string | undefined): ReadonlyMap<string, string> {
  if (file === undefined) return new Map();
  try {
    const parsed = parseEnv(readFileSync(resolve(root, file), "utf8"));
    return new Map(Object.entries(parsed).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  } catch (error) {
    throw new UsageError(`--secrets ${file} cannot be read: ${describeSystemError(error)}.`);
  }
}
