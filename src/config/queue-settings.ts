import { type ConfigReader, type Fault, fault, isObject, readJson, refuseUnknown } from "./config.ts";

/** How manifests may push to a queue. */
export type QueueSetting = QueueChecks & ({ readonly kind: "existing"; readonly id: string } | CreatedQueue);

/** A queue that the stack manages. */
export interface CreatedQueue {
  readonly kind: "create";
  /** The name in the account; `${stack}` stands for the stack's. */
  readonly name: string;
  readonly settings: QueueSettings;
  readonly protect: boolean;
  /** Where its data is kept; absent: Cloudflare chooses. */
  readonly jurisdiction?: Jurisdiction;
  /** Id of a queue that is there already, and is taken into the stack's management. */
  readonly adopt?: string;
}

interface QueueChecks {
  /** A JSON Schema for the bodies of all messages to the queue: its path, relative to the repository. */
  readonly bodySchema?: string;
}

/** Seconds, and whether delivery is paused; absent: Cloudflare's default. */
export interface QueueSettings {
  readonly deliveryDelay?: number;
  readonly deliveryPaused?: boolean;
  readonly messageRetentionPeriod?: number;
}

const jurisdictions = ["eu", "us", "fedramp"] as const;

type Jurisdiction = (typeof jurisdictions)[number];

/** Every name a queue's setting may have: as the API spells it, and as @pulumi/cloudflare does. */
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

/** Ids of accounts and queues. */
export const idPattern = /^[0-9A-Za-z_-]{1,32}$/;

type Path = readonly string[];
type Written = Readonly<Record<string, unknown>>;

/**
 * Reads `queue-seeder:queues`, and tells what is wrong with it.
 *
 * @returns the queues with usable settings, and the names of the others
 */
export function readQueues(
  config: ConfigReader,
  faults: Fault[],
): { readonly queues: ReadonlyMap<string, QueueSetting>; readonly wrongQueues: readonly string[] } {
  const queues = new Map<string, QueueSetting>();
  const wrongQueues: string[] = [];
  const given = readJson(config, "queues") ?? {};
  if (!isObject(given)) {
    const next = "Write `queue-seeder:queues: { orders: { id: … } }` in the stack's file.";
    faults.push(fault(["queues"], "it is not a map", next));
    return { queues, wrongQueues };
  }
  for (const [name, value] of Object.entries(given)) {
    const setting = readQueue(name, value, faults);
    if (setting) queues.set(name, setting);
    else wrongQueues.push(name);
  }
  return { queues, wrongQueues };
}

function readQueue(name: string, value: unknown, faults: Fault[]): QueueSetting | undefined {
  const path = ["queues", name];
  const before = faults.length;
  if (!isObject(value)) {
    faults.push(fault(path, "it is not a map", "Give `id: …` of an existing queue, or `create: true`."));
    return undefined;
  }
  if ((value.id !== undefined) === (value.create === true)) {
    const next = "Give the id of an existing queue, or have one created.";
    faults.push(fault(path, "it needs either `id` or `create: true`", next));
    return undefined;
  }
  const checks = readChecks(path, value, faults);
  const queue = value.create === true ? readCreated(name, path, value, faults) : readExisting(path, value, faults);
  return queue === undefined || faults.length > before ? undefined : { ...queue, ...checks };
}

function readChecks(path: Path, { body_schema: schema }: Written, faults: Fault[]): QueueChecks {
  if (schema === undefined) return {};
  // The rest is checked where the schema is read, with the paths that manifests write.
  if (typeof schema === "string" && /^(?!\/)[^\\\p{Cc}]+$/u.test(schema)) return { bodySchema: schema };
  const next = "Write the path of a JSON Schema from the repository's root, with forward slashes.";
  faults.push(fault([...path, "body_schema"], "it is not a path in the repository", next));
  return {};
}

function readExisting(path: Path, value: Written, faults: Fault[]): QueueSetting | undefined {
  refuseUnknown(path, value, ["id", "create", "body_schema"], faults);
  const { id } = value;
  if (isId(id)) return { kind: "existing", id };
  faults.push(fault([...path, "id"], "it is not a queue's id", findId));
  return undefined;
}

function readCreated(own: string, path: Path, value: Written, faults: Fault[]): QueueSetting | undefined {
  refuseUnknown(path, value, ["create", "name", "settings", "protect", "jurisdiction", "adopt", "body_schema"], faults);
  const { name = own, jurisdiction, adopt } = value;
  // What was there before the stack is not to go with it.
  const { protect = adopt !== undefined } = value;
  const settings = readQueueSettings([...path, "settings"], value.settings ?? {}, faults);
  if (typeof protect !== "boolean") {
    const next = "Write `protect: true` or `protect: false`, or leave it out.";
    faults.push(fault([...path, "protect"], "it is neither true nor false", next));
  }
  if (jurisdiction !== undefined && !isJurisdiction(jurisdiction)) {
    const next = `Write one of ${jurisdictions.join(", ")}, or leave it out.`;
    faults.push(fault([...path, "jurisdiction"], "it is no jurisdiction", next));
  }
  if (adopt !== undefined && !isId(adopt)) faults.push(fault([...path, "adopt"], "it is not a queue's id", findId));
  if (adopt !== undefined && value.name === undefined) {
    const next = "Write `name: …` as it is now: any other name would rename the queue.";
    faults.push(fault([...path, "adopt"], "the queue's own name is missing", next));
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
  faults.push(fault([...path, "name"], "it is not a queue's name", "Give a string, or leave it out."));
  return undefined;
}

const findId = "Take `queue_id` from `wrangler queues info`, and put it in quotes.";

function isId(value: unknown): value is string {
  return typeof value === "string" && idPattern.test(value);
}

function isJurisdiction(value: unknown): value is Jurisdiction {
  return jurisdictions.some((known) => known === value);
}

function readQueueSettings(path: Path, value: unknown, faults: Fault[]): QueueSettings {
  if (!isObject(value)) {
    faults.push(fault(path, "it is not a map", "Write `settings: { delivery_delay: 60 }`."));
    return {};
  }
  refuseUnknown(path, value, Object.keys(settingNames), faults);
  const known = Object.entries(settingNames).filter(([name]) => value[name] !== undefined);
  for (const [name, to] of known) {
    if (typeof value[name] === settingTypes[to]) continue;
    faults.push(fault([...path, name], `it is not a ${settingTypes[to]}`, `Give a ${settingTypes[to]}.`));
  }
  return Object.fromEntries(known.map(([name, to]) => [to, value[name]]));
}
