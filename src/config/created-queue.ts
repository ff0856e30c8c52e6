import { isObject } from "../json-object.ts";
import { type ConfigIssue, createIssue, rejectUnknownKeys } from "./config-issues.ts";
import { idHint, isId } from "./queue-id.ts";

/** A queue that the stack manages. */
export interface CreatedQueue {
  readonly kind: "create";
  /** Name of the queue in the account, in which `${stack}` is replaced with the name of the stack. */
  readonly name: string;
  readonly settings: QueueSettings;
  readonly protect: boolean;
  /** The jurisdiction in which the queue's data is stored; absent to let Cloudflare choose. */
  readonly jurisdiction?: Jurisdiction;
  /** Id of an existing queue that the stack adopts. */
  readonly adopt?: string;
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

export type Path = readonly string[];

export type QueueInput = Readonly<Record<string, unknown>>;

export function readCreated(
  configName: string,
  path: Path,
  value: QueueInput,
  issues: ConfigIssue[],
): CreatedQueue | undefined {
  rejectUnknownKeys(
    path,
    value,
    ["create", "name", "settings", "protect", "jurisdiction", "adopt", "body_schema", "transport"],
    issues,
  );
  const { name = configName, jurisdiction, adopt } = value;
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
