import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../usage.ts";

const digestPattern = /^p1:[A-Za-z0-9_-]{22}$/;

/**
 * The digest that a run is held to.
 *
 * @param plan a digest, or the path of a file of `plan --out`
 * @throws UsageError for anything else
 */
export function expectedDigest(root: string, plan: string): string {
  if (digestPattern.test(plan)) return plan;
  let text: string;
  try {
    text = readFileSync(resolve(root, plan), "utf8");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
    throw new UsageError(`--expect: ${plan} is no digest, and as a file it cannot be read: ${reason}.`);
  }
  const digest = digestIn(text);
  if (digest !== undefined) return digest;
  throw new UsageError(
    `--expect: ${plan} holds no plan of version 1. Make one with \`queue-seeder plan --out ${plan}\`.`,
  );
}

function digestIn(text: string): string | undefined {
  try {
    const { version, kind, digest } = JSON.parse(text) as Partial<Record<string, unknown>>;
    const known = version === 1 && kind === "plan" && typeof digest === "string" && digestPattern.test(digest);
    return known ? digest : undefined;
  } catch {
    // No JSON: told by the caller, as other files are.
    return undefined;
  }
}
