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

/** Replacement for a secret's value. */
const withheld = "(withheld)";

/** Replaces secret values in all strings of plain data, both verbatim and JSON-escaped. */
export function redactData<Data>(data: Data, secrets: readonly string[]): Data {
  const forms = secrets
    .filter((secret) => secret !== "")
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  // The longest first, since one secret may contain another.
  const sorted = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return sorted.length === 0 ? data : (mapped(data, sorted) as Data);
}

function mapped(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") return secrets.reduce((text, secret) => text.replaceAll(secret, withheld), value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => mapped(each, secrets));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapped(inner, secrets)]));
}
