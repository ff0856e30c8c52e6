import { isObject } from "../json-object.ts";
import { queueNamePattern } from "../producer/wire.ts";
import type { PushTransport } from "../types.ts";
import { type ConfigIssue, type ConfigReader, createIssue, readJson, rejectUnknownKeys } from "./config-issues.ts";
import { isTransport, transportHint } from "./worker-settings.ts";

/** Settings of a queue that manifests may push to. */
export type QueueSetting = QueueChecks & (ExistingQueue | CreatedQueue);

interface ExistingQueue {
  readonly kind: "existing";
  readonly id: string;
  /** Name of the queue in the account, by which a producer Worker identifies it; absent to read it from the API. */
  readonly name?: string;
}

/** A queue that the stack manages. */
export interface CreatedQueue {
  readonly kind: "create";
  /** Name of the queue in the account, in which `${stack}` is replaced with the name of the stack. */
  readonly name: string;
  readonly settings: QueueSettings;
  readonly protect: boolean;
  /** Where the queue's data is stored; absent to let Cloudflare choose. */
  readonly jurisdiction?: Jurisdiction;
  /** Id of an existing queue that the stack adopts. */
  readonly adopt?: string;
}

/** Settings that existing queues and created ones share. */
interface QueueChecks {
  /** Absent to use the stack's. */
  readonly transport?: PushTransport;
  /** Path of a JSON Schema for the bodies of all messages to the queue, relative to the repository. */
  readonly bodySchema?: string;
}

/** Durations in seconds; `deliveryPaused` pauses delivery. Absent settings use Cloudflare's defaults. */
export interface QueueSettings {
  readonly deliveryDelay?: number;
  readonly deliveryPaused?: boolean;
  readonly messageRetentionPeriod?: number;
}

const jurisdictions = ["eu", "us", "fedramp"] as const;

type Jurisdiction = (typeof jurisdictions)[number];

/** All accepted names of a queue's settings: those of the API and those of @pulumi/cloudflare. */
const settingNames = {
  delivery_delay: "deliveryDelay",
  deliveryDelay: "deliveryDelay",
  delivery_paused: "deliveryPaused",
  deliveryPaused: "deliveryPaused",
  message_retention_period: "messageRetentionPeriod",
  messageRetentionPeriod: "messageRetentionPeriod",
} as const satisfies Record<string, keyof QueueSettings>;

const settingTypes = {
  deliveryDelay: "number",
  deliveryPaused: "boolean",
  messageRetentionPeriod: "number",
} as const satisfies Record<keyof QueueSettings, string>;

/** Pattern of account ids and queue ids. */
export const idPattern = /^[0-9A-Za-z_-]{1,32}$/;

type Path = readonly string[];
type QueueInput = Readonly<Record<string, unknown>>;

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
  // The rest is checked when the schema is loaded, together with the paths that manifests contain.
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

function readCreated(own: string, path: Path, value: QueueInput, issues: ConfigIssue[]): QueueSetting | undefined {
  rejectUnknownKeys(
    path,
    value,
    ["create", "name", "settings", "protect", "jurisdiction", "adopt", "body_schema", "transport"],
    issues,
  );
  const { name = own, jurisdiction, adopt } = value;
  // A queue that existed before the stack must not be deleted with it, so it is protected by default.
  const { protect = adopt !== undefined } = value;
  const settings = readQueueSettings([...path, "settings"], value.settings ?? {}, issues);
  if (typeof protect !== "boolean") {
    const next = "Write `protect: true` or `protect: false`, or leave it out.";
    issues.push(createIssue([...path, "protect"], "it is neither true nor false", next));
  }
  if (jurisdiction !== undefined && !isJurisdiction(jurisdiction)) {
    const next = `Write one of ${jurisdictions.join(", ")}, or leave it out.`;
    issues.push(createIssue([...path, "jurisdiction"], "it is not a jurisdiction", next));
  }
  if (adopt !== undefined && !isId(adopt))
    issues.push(createIssue([...path, "adopt"], "it is not a queue's id", idHint));
  if (adopt !== undefined && value.name === undefined) {
    const next = "Write `name: …` as it is now: any other name would rename the queue.";
    issues.push(createIssue([...path, "adopt"], "the queue's own name is missing", next));
  }
  if (typeof name === "string" && name !== "") {
    return {
      kind: "create",
      name,
      settings,
      protect: protect === true,
      ...(isJurisdiction(jurisdiction) && { jurisdiction }),
      ...(isId(adopt) && { adopt }),
    };
  }
  issues.push(createIssue([...path, "name"], "it is not a queue's name", "Give a string, or leave it out."));
  return undefined;
}

const idHint = "Take `queue_id` from `wrangler queues info`, and put it in quotes.";

function isId(value: unknown): value is string {
  return typeof value === "string" && idPattern.test(value);
}

function isQueueName(name: unknown): name is string {
  return typeof name === "string" && queueNamePattern.test(name);
}

function isJurisdiction(value: unknown): value is Jurisdiction {
  return jurisdictions.some((known) => known === value);
}

function readQueueSettings(path: Path, value: unknown, issues: ConfigIssue[]): QueueSettings {
  if (!isObject(value)) {
    issues.push(createIssue(path, "it is not a map", "Write `settings: { delivery_delay: 60 }`."));
    return {};
  }
  rejectUnknownKeys(path, value, Object.keys(settingNames), issues);
  const known = Object.entries(settingNames).filter(([name]) => value[name] !== undefined);
  for (const [name, to] of known) {
    if (typeof value[name] === settingTypes[to]) continue;
    issues.push(createIssue([...path, name], `it is not a ${settingTypes[to]}`, `Give a ${settingTypes[to]}.`));
  }
  return Object.fromEntries(known.map(([name, to]) => [to, value[name]]));
}
