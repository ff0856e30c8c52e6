import { readFileSync } from "node:fs";
import { SeederError } from "../errors.ts";
import { type RepairAction, repairActions } from "./events.ts";

/**
 * Names the file in which `queue-seeder` tells the provider what it asks of a run. A file, since an environment holds no long
 * text; and the environment, since that reaches the provider and never the state. It never holds a secret.
 */
export const requestEnv = "QUEUE_SEEDER_REQUEST";

/** Changes when what is there changes its meaning. */
const version = 1;

/** What a command asks of the provider for one run. */
export interface RunRequest {
  /** Whether events are wanted as JSON, next to the sentences for people. */
  readonly events: boolean;
  /** Digest of the plan; undefined: none was made. */
  readonly plan: string | undefined;
  /** Digests of the pushes that were approved, and of no others; undefined: any push may be made. */
  readonly approvedPushes: readonly string[] | undefined;
  /** What the run does to ledgers instead of pushing; undefined: it pushes. */
  readonly repair: RepairRequest | undefined;
}

/** One repair of one manifest, as the command line asks for it. */
export interface RepairRequest {
  readonly action: RepairAction;
  /** What it is called in what is said. */
  readonly manifest: string;
  /** The URN of each of its segments, up to the number: several components may deploy a manifest of that name. */
  readonly segments: string;
  /**
   * Ids, or `#` and the number in the manifest from 1, where no message has that for its id; undefined: all that the action
   * can be about.
   */
  readonly messages: readonly string[] | undefined;
}

/** A run that no command asked for: a bare `pulumi up`. */
export const emptyRequest: RunRequest = {
  events: false,
  plan: undefined,
  approvedPushes: undefined,
  repair: undefined,
};

/** Writes the text of the file that {@link parseRequest} reads. */
export function encodeRequest(request: RunRequest): string {
  return JSON.stringify({ version, ...request });
}

/** @throws Refusal for a file that cannot be read, or that this version did not write */
export function parseRequest(env: Readonly<Record<string, string | undefined>>): RunRequest {
  const file = env[requestEnv];
  if (file === undefined || file === "") return emptyRequest;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw unreadableRequest("the file that it names cannot be read, or is not JSON");
  }
  const found = toMap(value).version;
  if (found !== version)
    throw unreadableRequest(`the file has version ${String(found)}, and this provider reads ${version}`);
  if (!isRequest(value)) throw unreadableRequest("the file is not what queue-seeder writes");
  const { events, plan, approvedPushes, repair } = value;
  return { events, plan, approvedPushes, repair: repair && { ...repair, messages: repair.messages } };
}

function unreadableRequest(what: string): SeederError {
  return new SeederError(
    "REQUEST_UNREADABLE",
    `${requestEnv}: ${what}. Unset it, or use the same version of queue-seeder for the command and the project. Nothing was pushed.`,
  );
}

function isRequest(value: unknown): value is RunRequest {
  const { events, plan, approvedPushes, repair } = toMap(value);
  return (
    typeof events === "boolean" &&
    (plan === undefined || typeof plan === "string") &&
    (approvedPushes === undefined || isTexts(approvedPushes)) &&
    (repair === undefined || isRepair(repair))
  );
}

function isRepair(value: unknown): value is RepairRequest {
  const { action, manifest, segments, messages } = toMap(value);
  return (
    repairActions.some((known) => known === action) &&
    typeof manifest === "string" &&
    typeof segments === "string" &&
    (messages === undefined || isTexts(messages))
  );
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function toMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
