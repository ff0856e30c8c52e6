import { type Diagnostic, formatDiagnostic, type ValueLocation } from "../diagnostic.ts";
import { didYouMean } from "../manifest/index.ts";

/** The part of `pulumi.Config` that is used. */
export interface ConfigReader {
  get(key: string): string | undefined;
  /** @throws Error if the value is not valid JSON */
  getObject(key: string): unknown;
  /** Reports whether the key has a value that cannot be read here, such as an encrypted one. Absent: each value can be read. */
  isHidden?(key: string): boolean;
}

/** A problem in the stack's configuration. Its path starts after `queue-seeder:`. */
export type ConfigIssue = Diagnostic<"CONFIG_INVALID", ValueLocation>;

export function createIssue(path: readonly string[], message: string, hint: string): ConfigIssue {
  return { code: "CONFIG_INVALID", severity: "error", location: { root: "queue-seeder:", path }, message, hint };
}

/** Thrown if the stack's configuration is invalid. The message has one line per issue. */
export class SettingsError extends Error {
  override name = "SettingsError";
  constructor(issues: readonly ConfigIssue[]) {
    super(issues.map(formatDiagnostic).join("\n"));
  }
}

/** Returns a value of the configuration parsed as JSON, undefined if the key is missing and "" if the value is not JSON. */
export function readJson(config: ConfigReader, key: string): unknown {
  try {
    return config.getObject(key);
  } catch {
    // Not JSON: reported like any other value of the wrong type.
    return "";
  }
}

export function rejectUnknownKeys(
  path: readonly string[],
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  issues: ConfigIssue[],
): void {
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    const next = `Known keys: ${known.join(", ")}.${didYouMean(name, known)}`;
    issues.push(createIssue([...path, name], "unknown key", next));
  }
}
