import { isLoopback } from "../cloudflare/endpoint.ts";
import { isObject } from "../json-object.ts";
import { workerKeyPattern } from "../producer/signing.ts";
import type { PushTransport } from "../types.ts";
import { type ConfigIssue, type ConfigReader, createIssue, readJson, rejectUnknownKeys } from "./config-issues.ts";

/** The settings of the producer Worker. The provider reads the key. */
export interface WorkerSettings {
  /** The transport of each queue that does not set its own. */
  readonly transport: PushTransport;
  /** A Worker that was deployed by hand; absent if the stack deploys its own. */
  readonly existingWorker?: ExistingWorker;
}

export interface ExistingWorker {
  /** Without a slash at its end. */
  readonly url: string;
  /** The name from which its key is derived. */
  readonly name: string;
}

/** The name of a Worker that was deployed by hand, unless the configuration sets another one. */
export const defaultWorkerName = "queue-seeder";

/** What is wrong with a transport, and what to do. */
export const transportHint = ["it must be rest or worker", "Write rest or worker."] as const;

const keyHint = "Run `openssl rand -base64 32 | pulumi config set --secret queue-seeder:workerKey`.";

export function isTransport(value: unknown): value is PushTransport {
  return value === "rest" || value === "worker";
}

/** Returns the transport of a queue by its own setting, or else by the stack's. */
export function transportOf(
  queue: { readonly transport?: PushTransport } | undefined,
  { transport }: Pick<WorkerSettings, "transport">,
): PushTransport {
  return queue?.transport ?? transport;
}

/** Reads `queue-seeder:transport` and `queue-seeder:worker`, and checks the key without keeping it. */
export function readWorkerSettings(
  config: ConfigReader,
  queues: ReadonlyMap<string, { readonly transport?: PushTransport }>,
  issues: ConfigIssue[],
): WorkerSettings {
  const transport = readTransport(config, issues);
  const existingWorker = readExistingWorker(config, issues);
  const user = [...queues].find(([, queue]) => queue.transport === "worker");
  const usedAt = transport === "worker" ? ["transport"] : user && ["queues", user[0], "transport"];
  checkKey(config, usedAt, issues);
  return { transport, ...(existingWorker !== undefined && { existingWorker }) };
}

function readTransport(config: ConfigReader, issues: ConfigIssue[]): PushTransport {
  const transport = config.get("transport") || "rest";
  if (isTransport(transport)) return transport;
  issues.push(createIssue(["transport"], ...transportHint));
  return "rest";
}

/** @param usedAt the setting that asks for the Worker; undefined if none does */
function checkKey(config: ConfigReader, usedAt: readonly string[] | undefined, issues: ConfigIssue[]): void {
  if (config.isHidden?.("workerKey")) return;
  const key = config.get("workerKey");
  if (!key) {
    if (usedAt !== undefined)
      issues.push(createIssue(usedAt, "the Worker has no key, queue-seeder:workerKey", keyHint));
    return;
  }
  if (!workerKeyPattern.test(key)) {
    issues.push(createIssue(["workerKey"], "it is not a key of 32 bytes in base64", keyHint));
  }
}

function readExistingWorker(config: ConfigReader, issues: ConfigIssue[]): ExistingWorker | undefined {
  const given = readJson(config, "worker");
  if (given === undefined) return undefined;
  if (!isObject(given)) {
    issues.push(createIssue(["worker"], "it is not a map", "Write `queue-seeder:worker: { url: https://… }`."));
    return undefined;
  }
  rejectUnknownKeys(["worker"], given, ["url", "name"], issues);
  const { url, name = defaultWorkerName } = given;
  const fault = findUrlFault(url);
  if (fault !== undefined) {
    issues.push(createIssue(["worker", "url"], fault, "Write scheme and host only, as in https://seeder.example.com."));
  }
  if (typeof name !== "string" || !/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name)) {
    const next = "Write the name that the Worker has in the account, or leave it out.";
    issues.push(createIssue(["worker", "name"], "it is not the name of a Worker", next));
    return undefined;
  }
  return typeof url === "string" && fault === undefined ? { url: new URL(url).origin, name } : undefined;
}

/** Returns what is wrong with an address, without the address, which may contain a password. */
function findUrlFault(text: unknown): string | undefined {
  if (typeof text !== "string" || !URL.canParse(text)) return "it is not a URL";
  const url = new URL(text);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
    return "it is not an https URL, and the messages would be sent in plain text";
  }
  const rest = [url.username, url.password, url.search, url.hash, url.pathname.replace(/^\/$/, "")];
  return rest.every((part) => part === "") ? undefined : "it has a user, a path, a query or a fragment";
}
