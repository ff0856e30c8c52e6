import { readFileSync } from "node:fs";
import { findVersionMismatch } from "../../document-version.ts";
import { isTexts, toObject } from "../../json-object.ts";
import { SeederError } from "../errors.ts";
import { type RepairAction, repairActions } from "./events.ts";

/**
 * Environment variable with the path of the file in which `queue-seeder` passes its request to the provider. A file, since
 * environment variables are limited in length; a variable, since the environment reaches the provider and never the state. The
 * file never contains a secret.
 */
export const requestEnv = "QUEUE_SEEDER_REQUEST";

/** Incremented when the meaning of an existing field changes. */
const version = 1;

/** A command's request to the provider for one run. */
export interface RunRequest {
  /** Whether to report events as JSON, in addition to sentences. */
  readonly events: boolean;
  /** Digest of the plan, undefined if there is none. */
  readonly plan: string | undefined;
  /** Digests of the approved pushes, undefined if any push is allowed. */
  readonly approvedPushes: readonly string[] | undefined;
  /** Repair to apply to the ledgers instead of pushing, undefined to push. */
  readonly repair: RepairRequest | undefined;
}

/** One repair of one manifest, as requested on the command line. */
export interface RepairRequest {
  readonly action: RepairAction;
  /** Name of the manifest, for display. */
  readonly manifest: string;
  /**
   * The URN of each of the manifest's segments, without `/` and the number: several components may deploy a manifest of that
   * name.
   */
  readonly segments: string;
  /**
   * Ids, or `#` and a number in the manifest, starting at 1, unless that is the id of a message; undefined for all eligible
   * messages.
   */
  readonly messages: readonly string[] | undefined;
}

/** The request of a run without a command: a plain `pulumi up`. */
export const emptyRequest: RunRequest = {
  events: false,
  plan: undefined,
  approvedPushes: undefined,
  repair: undefined,
};

/** Encodes a request as the file text that {@link parseRequest} reads. */
export function encodeRequest(request: RunRequest): string {
  return JSON.stringify({ version, ...request });
}

/**
 * Reads the request that the environment names. Returns {@link emptyRequest} if it names none.
 *
 * @throws SeederError if the file cannot be read, or if this version did not write it
 */
export function parseRequest(env: Readonly<Record<string, string | undefined>>): RunRequest {
  const file = env[requestEnv];
  if (file === undefined || file === "") return emptyRequest;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw unreadableRequest("the file that it names cannot be read, or is not JSON");
  }
  const mismatch = findVersionMismatch(toObject(value).version, version);
  if (mismatch !== undefined) throw unreadableRequest(`the file cannot be read: ${mismatch.reason}`);
  if (!isRequest(value)) throw unreadableRequest("the file is not in queue-seeder's format");
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
  const { events, plan, approvedPushes, repair } = toObject(value);
  return (
    typeof events === "boolean" &&
    (plan === undefined || typeof plan === "string") &&
    (approvedPushes === undefined || isTexts(approvedPushes)) &&
    (repair === undefined || isRepair(repair))
  );
}

function isRepair(value: unknown): value is RepairRequest {
  const { action, manifest, segments, messages } = toObject(value);
  return (
    repairActions.some((known) => known === action) &&
    typeof manifest === "string" &&
    typeof segments === "string" &&
    (messages === undefined || isTexts(messages))
  );
}
