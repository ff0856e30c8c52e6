import { didYouMean } from "../manifest/index.ts";

/** The part of `pulumi.Config` that is used here. */
export interface ConfigReader {
  get(key: string): string | undefined;
  /** @throws Error when the value is no JSON */
  getObject(key: string): unknown;
}

/** Something that is wrong with the stack's configuration. */
export interface ConfigIssue {
  /** Keys that lead to it, from the one behind `queue-seeder:`. */
  readonly path: readonly string[];
  /** What is wrong: a clause without a full stop at its end. */
  readonly message: string;
  /** What to do about it, in full sentences. */
  readonly hint: string;
}

export function createIssue(path: readonly string[], message: string, hint: string): ConfigIssue {
  return { path, message, hint };
}

/** The stack's configuration cannot be used. The message has one line a fault. */
export class SettingsError extends Error {
  override name = "SettingsError";
  constructor(issues: readonly ConfigIssue[]) {
    super(
      issues
        .map(({ path, message, hint }) => `queue-seeder:${path.join(".")} CONFIG_INVALID: ${message}. ${hint}`)
        .join("\n"),
    );
  }
}

/** A value that the configuration holds as a map or a list; undefined where it is neither, or is not there. */
export function readJson(config: ConfigReader, key: string): unknown {
  try {
    return config.getObject(key);
  } catch {
    // Not JSON: told like any other value of the wrong type.
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
    const next = `Known here: ${known.join(", ")}.${didYouMean(name, known)}`;
    issues.push(createIssue([...path, name], "nothing of that name is known", next));
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
