import type { InDoubtPolicy } from "../src/types.ts";

/** The part of `pulumi.Config` that is used here. */
export interface ConfigReader {
  get(key: string): string | undefined;
  getObject(key: string): unknown;
}

/** The part of a stack's configuration that the program reads; credentials are the provider's business. */
export interface Settings {
  /** undefined: to be taken from CLOUDFLARE_ACCOUNT_ID. */
  readonly accountId: string | undefined;
  /** By the name that manifests use. */
  readonly queues: ReadonlyMap<string, QueueSetting>;
  /** Of manifests that do not say it themselves. */
  readonly inDoubt: InDoubtPolicy;
}

export type QueueSetting =
  | { readonly kind: "existing"; readonly id: string }
  | { readonly kind: "create"; readonly name: string; readonly settings: QueueSettings; readonly protect: boolean };

/** Seconds, and whether delivery is paused; absent: Cloudflare's default. */
export interface QueueSettings {
  readonly deliveryDelay?: number;
  readonly deliveryPaused?: boolean;
  readonly messageRetentionPeriod?: number;
}

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

const idPattern = /^[0-9A-Za-z_-]{1,32}$/;

/**
 * Reads the stack's configuration, everything under `queue-seeder:` but the credentials.
 *
 * @throws SettingsError with everything that is wrong, each with the key, what and what next
 */
export function readSettings(config: ConfigReader, env: NodeJS.ProcessEnv): Settings {
  const faults: string[] = [];
  const accountId = config.get("accountId") || env.CLOUDFLARE_ACCOUNT_ID || undefined;
  if (accountId !== undefined && !idPattern.test(accountId)) {
    faults.push(fault("accountId", "it is not an account's id", "Copy the 32 hex digits from the dashboard's URL"));
  }
  const queues = new Map<string, QueueSetting>();
  const given = readObject(config, faults);
  for (const [name, value] of Object.entries(given)) {
    const setting = readQueue(name, value, faults);
    if (setting) queues.set(name, setting);
  }
  const inDoubt = config.get("inDoubt") || "resend";
  if (inDoubt !== "resend" && inDoubt !== "stop") {
    faults.push(fault("inDoubt", "it is no policy for messages in doubt", "Write resend or stop"));
  }
  if (faults.length > 0) throw new SettingsError(faults);
  return { accountId, queues, inDoubt: inDoubt === "stop" ? "stop" : "resend" };
}

/** The stack's configuration cannot be used. The message has one line a fault. */
export class SettingsError extends Error {
  override name = "SettingsError";
  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
  }
}

function readObject(config: ConfigReader, faults: string[]): Record<string, unknown> {
  let value: unknown;
  try {
    value = config.getObject("queues");
  } catch {
    // Not JSON: told like any other value that is no map.
    value = "";
  }
  if (value === undefined) return {};
  if (isObject(value)) return value;
  faults.push(
    fault("queues", "it is not a map", "Write `queue-seeder:queues: { orders: { id: … } }` in the stack's file"),
  );
  return {};
}

function readQueue(name: string, value: unknown, faults: string[]): QueueSetting | undefined {
  const key = `queues.${name}`;
  if (!isObject(value)) {
    faults.push(fault(key, "it is not a map", "Give `id: …` of an existing queue, or `create: true`"));
    return undefined;
  }
  if ((value.id !== undefined) === (value.create === true)) {
    faults.push(
      fault(key, "it needs either `id` or `create: true`", "Give the id of an existing queue, or have one created"),
    );
    return undefined;
  }
  return value.create === true ? readCreated(name, value, faults) : readExisting(key, value, faults);
}

function readExisting(key: string, value: Record<string, unknown>, faults: string[]): QueueSetting | undefined {
  refuseUnknown(key, value, ["id", "create"], faults);
  const id = value.id;
  if (typeof id === "string" && idPattern.test(id)) return { kind: "existing", id };
  faults.push(
    fault(`${key}.id`, "it is not a queue's id", "Take `queue_id` from `wrangler queues info`, and put it in quotes"),
  );
  return undefined;
}

function readCreated(name: string, value: Record<string, unknown>, faults: string[]): QueueSetting | undefined {
  const before = faults.length;
  const key = `queues.${name}`;
  refuseUnknown(key, value, ["create", "name", "settings", "protect"], faults);
  const queueName = value.name ?? name;
  if (typeof queueName !== "string" || queueName === "") {
    faults.push(fault(`${key}.name`, "it is not a queue's name", "Give a string, or leave it out"));
  }
  if (!["boolean", "undefined"].includes(typeof value.protect)) {
    faults.push(fault(`${key}.protect`, "it is neither true nor false", "Write `protect: true`, or leave it out"));
  }
  const settings = readQueueSettings(`${key}.settings`, value.settings ?? {}, faults);
  if (faults.length > before || typeof queueName !== "string") return undefined;
  return { kind: "create", name: queueName, settings, protect: value.protect === true };
}

function readQueueSettings(key: string, value: unknown, faults: string[]): QueueSettings {
  if (!isObject(value)) {
    faults.push(fault(key, "it is not a map", "Write `settings: { delivery_delay: 60 }`"));
    return {};
  }
  refuseUnknown(key, value, Object.keys(settingNames), faults);
  const known = Object.entries(settingNames).filter(([name]) => value[name] !== undefined);
  for (const [name, to] of known) {
    if (typeof value[name] === settingTypes[to]) continue;
    faults.push(fault(`${key}.${name}`, `it is not a ${settingTypes[to]}`, `Give a ${settingTypes[to]}`));
  }
  return Object.fromEntries(known.map(([name, to]) => [to, value[name]]));
}

function refuseUnknown(key: string, value: Record<string, unknown>, known: readonly string[], faults: string[]): void {
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    faults.push(fault(`${key}.${name}`, "nothing of that name is known", `Known here: ${known.join(", ")}`));
  }
}

function fault(key: string, what: string, next: string): string {
  return `queue-seeder:${key} CONFIG_INVALID: ${what}. ${next}.`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
