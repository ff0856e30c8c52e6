import { isObject } from "../json-object.ts";
import { queueNamePattern } from "../producer/wire.ts";
import type { PushTransport } from "../types.ts";
import { type ConfigIssue, type ConfigReader, createIssue, readJson, rejectUnknownKeys } from "./config-issues.ts";
import { type CreatedQueue, type Path, type QueueInput, readCreated } from "./created-queue.ts";
import { idHint, isId } from "./queue-id.ts";
import { isTransport, transportHint } from "./worker-settings.ts";

/** Settings of a queue that manifests may push to. */
export type QueueSetting = QueueChecks & (ExistingQueue | CreatedQueue);

interface ExistingQueue {
  readonly kind: "existing";
  readonly id: string;
  /** Name of the queue in the account, by which a producer Worker identifies it; absent to read it from the API. */
  readonly name?: string;
}

/** Settings that existing queues and created ones share. */
interface QueueChecks {
  /** Absent to use the stack's. */
  readonly transport?: PushTransport;
  /** Path of a JSON Schema for the bodies of all messages to the queue, relative to the repository. */
  readonly bodySchema?: string;
}

/**
 * Reads `queue-seeder:queues` and reports its issues.
 *
 * @returns the queues with valid settings, and the names of those with invalid ones
 */
export function readQueues(
  config: ConfigReader,
  issues: ConfigIssue[],
): { readonly queues: ReadonlyMap<string, QueueSetting>; readonly invalidQueues: readonly string[] } {
  const queues = new Map<string, QueueSetting>();
  const invalidQueues: string[] = [];
  const given = readJson(config, "queues") ?? {};
  if (!isObject(given)) {
    const next = "Write `queue-seeder:queues: { orders: { id: … } }` in the stack's file.";
    issues.push(createIssue(["queues"], "it is not a map", next));
    return { queues, invalidQueues };
  }
  for (const [name, value] of Object.entries(given)) {
    const setting = readQueue(name, value, issues);
    if (setting) queues.set(name, setting);
    else invalidQueues.push(name);
  }
  return { queues, invalidQueues };
}

function readQueue(name: string, value: unknown, issues: ConfigIssue[]): QueueSetting | undefined {
  const path = ["queues", name];
  const before = issues.length;
  if (!isObject(value)) {
    issues.push(createIssue(path, "it is not a map", "Give `id: …` of an existing queue, or `create: true`."));
    return undefined;
  }
  if ((value.id !== undefined) === (value.create === true)) {
    const next = "Give the id of an existing queue, or have one created.";
    issues.push(createIssue(path, "it needs either `id` or `create: true`", next));
    return undefined;
  }
  const checks = readChecks(path, value, issues);
  const queue = value.create === true ? readCreated(name, path, value, issues) : readExisting(path, value, issues);
  return queue === undefined || issues.length > before ? undefined : { ...queue, ...checks };
}

function readChecks(path: Path, value: QueueInput, issues: ConfigIssue[]): QueueChecks {
  return { ...readBodySchema(path, value, issues), ...readTransport(path, value, issues) };
}

function readBodySchema(
  path: Path,
  { body_schema: schema }: QueueInput,
  issues: ConfigIssue[],
): Pick<QueueChecks, "bodySchema"> {
  if (schema === undefined) return {};
  // Loading the schema checks whether the file exists, as for the paths in manifests.
  if (typeof schema === "string" && /^(?!\/)[^\\\p{Cc}]+$/u.test(schema)) return { bodySchema: schema };
  const next = "Write the path of a JSON Schema from the repository's root, with forward slashes.";
  issues.push(createIssue([...path, "body_schema"], "it is not a path in the repository", next));
  return {};
}

function readTransport(path: Path, { transport }: QueueInput, issues: ConfigIssue[]): Pick<QueueChecks, "transport"> {
  if (transport === undefined) return {};
  if (isTransport(transport)) return { transport };
  issues.push(createIssue([...path, "transport"], ...transportHint));
  return {};
}

function readExisting(path: Path, value: QueueInput, issues: ConfigIssue[]): QueueSetting | undefined {
  rejectUnknownKeys(path, value, ["id", "create", "name", "body_schema", "transport"], issues);
  const { id, name } = value;
  if (name !== undefined && !isQueueName(name)) {
    const next = "Take `queue_name` from `wrangler queues info`, or leave it out.";
    issues.push(createIssue([...path, "name"], "it is not a queue's name", next));
  }
  if (isId(id)) return { kind: "existing", id, ...(isQueueName(name) && { name }) };
  issues.push(createIssue([...path, "id"], "it is not a queue's id", idHint));
  return undefined;
}

function isQueueName(name: unknown): name is string {
  return typeof name === "string" && queueNamePattern.test(name);
}
