import { isSeconds } from "../format.ts";
import type { InDoubtPolicy } from "../types.ts";
import { type ConfigIssue, type ConfigReader, createIssue, readJson, SettingsError } from "./config-issues.ts";
import { idPattern } from "./queue-id.ts";
import { type QueueSetting, readQueues } from "./queue-settings.ts";
import { readWorkerSettings, type WorkerSettings } from "./worker-settings.ts";

export { SettingsError } from "./config-issues.ts";
export type { QueueSetting } from "./queue-settings.ts";

/** The part of a stack's configuration that the program reads. The provider reads the credentials. */
export interface Settings extends WorkerSettings {
  /** undefined to use CLOUDFLARE_ACCOUNT_ID. */
  readonly accountId: string | undefined;
  /** By the queue names that manifests use. */
  readonly queues: ReadonlyMap<string, QueueSetting>;
  /** Names of queues with invalid settings. */
  readonly invalidQueues: readonly string[];
  /** Default for manifests that do not set `in_doubt`. */
  readonly inDoubt: InDoubtPolicy;
  /** Name patterns of production stacks, in the syntax of `stacks` in manifests. */
  readonly production: readonly string[];
}

/**
 * Reads the stack's configuration: everything under `queue-seeder:` except the credentials.
 *
 * @throws SettingsError with every issue: the key, what is wrong and what to do
 */
export function readSettings(config: ConfigReader, env: NodeJS.ProcessEnv): Settings {
  const { settings, faults: issues } = inspectSettings(config, env);
  if (issues.length > 0) throw new SettingsError(issues);
  return settings;
}

/** Reads the settings like {@link readSettings}, but returns issues instead of throwing them. */
export function inspectSettings(
  config: ConfigReader,
  env: NodeJS.ProcessEnv,
): { readonly settings: Settings; readonly faults: readonly ConfigIssue[] } {
  const issues: ConfigIssue[] = [];
  const accountId = readAccountId(config, env, issues);
  const queues = readQueues(config, issues);
  const settings = {
    accountId,
    ...queues,
    ...readWorkerSettings(config, queues.queues, issues),
    inDoubt: readPolicy(config, issues),
    production: readProduction(config, issues),
  };
  checkMaxWait(config, issues);
  return { settings, faults: issues };
}

function readAccountId(config: ConfigReader, env: NodeJS.ProcessEnv, issues: ConfigIssue[]): string | undefined {
  const accountId = config.get("accountId") || env.CLOUDFLARE_ACCOUNT_ID || undefined;
  if (accountId !== undefined && !idPattern.test(accountId)) {
    issues.push(
      createIssue(["accountId"], "it is not an account's id", "Copy the 32 hex digits from the dashboard's URL."),
    );
  }
  return accountId;
}

function readPolicy(config: ConfigReader, issues: ConfigIssue[]): InDoubtPolicy {
  const policy = config.get("inDoubt") || "resend";
  if (policy === "resend" || policy === "stop") return policy;
  issues.push(createIssue(["inDoubt"], "it must be resend or stop", "Write resend or stop."));
  return "resend";
}

/** The provider reads this in the middle of a run, so check it in advance. */
function checkMaxWait(config: ConfigReader, issues: ConfigIssue[]): void {
  const seconds = config.get("maxWait");
  if (!seconds || isSeconds(seconds)) return;
  issues.push(createIssue(["maxWait"], "it is not a number of seconds", "Write whole seconds, such as 3600."));
}

/** Reads one pattern or a list of patterns. */
function readProduction(config: ConfigReader, issues: ConfigIssue[]): readonly string[] {
  const text = config.get("production");
  if (!text) return [];
  const patterns: unknown[] = text.startsWith("[") ? [readJson(config, "production")].flat() : [text];
  const isPattern = (pattern: unknown): pattern is string =>
    typeof pattern === "string" && /^[A-Za-z0-9._*?-]+$/.test(pattern);
  if (patterns.every(isPattern)) return patterns;
  const next = 'Write a list of them, such as ["prod", "prod-*"]; letters, digits, . _ - and the wildcards * and ?.';
  issues.push(createIssue(["production"], "it is not a list of patterns for the names of stacks", next));
  return [];
}
