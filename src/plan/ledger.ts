import { findVersionMismatch } from "../document-version.ts";
import { truncate } from "../format.ts";
import { type JsonObject, toObject } from "../json-object.ts";
import { type Digest, isDigest, type MessageKey } from "./digest.ts";

/**
 * The record of what was pushed for one segment, as plain data. It is stored as {@link EncodedLedger} in the outputs of the
 * segment's resource, in the Pulumi state.
 */
export interface Ledger {
  /** The digest of the delivered messages; undefined if nothing was ever delivered. */
  readonly deliveryDigest: Digest | undefined;
  /** Whether that delivery is complete. */
  readonly complete: boolean;
  readonly pushed: readonly MessageKey[];
  /** Messages sent without an answer: each may or may not be in the queue. */
  readonly inDoubt: readonly MessageKey[];
}

/** The ledger in the Pulumi state: one line per entry keeps it small, and makes diffs readable. What is empty is absent. */
export interface EncodedLedger {
  /** The version of the format; see {@link ledgerVersion}. */
  readonly version: number;
  /** Absent if nothing was ever delivered. */
  readonly manifest?: string;
  readonly complete: boolean;
  /** For rows of a data file: the number of the delivery that its segments share. */
  readonly delivery?: number;
  /** See {@link encodeKeys}, or `encodeRowsLedger` for rows of a data file. */
  readonly pushed?: string;
  readonly inDoubt?: string;
}

/** Incremented when the meaning of a ledger in the Pulumi state changes. A ledger of another version is refused. */
export const ledgerVersion = 1;

export const emptyLedger: Ledger = { deliveryDigest: undefined, complete: false, pushed: [], inDoubt: [] };

export function encodeLedger(ledger: Ledger): EncodedLedger {
  return {
    version: ledgerVersion,
    ...(ledger.deliveryDigest !== undefined && { manifest: ledger.deliveryDigest }),
    complete: ledger.complete,
    ...omitEmptyEntries({ pushed: encodeKeys(ledger.pushed), inDoubt: encodeKeys(ledger.inDoubt) }),
  };
}

/** Leaves empty entries out of an encoded ledger. */
export function omitEmptyEntries({ pushed, inDoubt }: Record<"pushed" | "inDoubt", string>): Partial<EncodedLedger> {
  return { ...(pushed !== "" && { pushed }), ...(inDoubt !== "" && { inDoubt }) };
}

/**
 * Reads a ledger from the Pulumi state.
 *
 * @param stored undefined if no state exists yet, which is an empty ledger
 * @throws LedgerError if the value is not a ledger; treating it as empty would push everything again
 */
export function decodeLedger(stored: unknown): Ledger {
  if (stored === undefined) return emptyLedger;
  const { manifest, complete, pushed, inDoubt } = assertEncodedLedger(stored);
  return {
    deliveryDigest: manifest,
    complete,
    pushed: decodeKeys(pushed ?? ""),
    inDoubt: decodeKeys(inDoubt ?? ""),
  };
}

/** Checks the format. @throws LedgerError for anything that this version of queue-seeder does not write */
export function assertEncodedLedger(stored: unknown): EncodedLedger & { readonly manifest?: Digest } {
  const { manifest, ...rest } = parseStored(toObject(stored), ledgerVersion, isEncodedLedger);
  if (manifest === undefined) return rest;
  if (!isDigest(manifest)) throw unknownDigest(manifest);
  return { ...rest, manifest };
}

/**
 * Checks the version of a value from the Pulumi state, and then its form.
 *
 * @param readable the version that this code reads
 * @param subject what the value is, for the error; see {@link LedgerError}
 * @throws LedgerError
 */
export function parseStored<T>(
  stored: JsonObject,
  readable: number,
  isValid: (stored: JsonObject) => stored is JsonObject & T,
  subject?: string,
): T {
  const mismatch = findVersionMismatch(stored.version, readable);
  if (mismatch !== undefined) throw new LedgerError(mismatch.reason, mismatch.remedy, subject);
  if (!isValid(stored)) throw new LedgerError("it is not in queue-seeder's format", undefined, subject);
  return stored;
}

/** Writes one line per message: its digest, and after a space its id as a JSON string, or its number among equal messages. */
export function encodeKeys(keys: readonly MessageKey[]): string {
  return keys
    .map(({ digest, id, copy }) => {
      if (id !== undefined) return `${digest} ${JSON.stringify(id)}`;
      return copy === undefined ? digest : `${digest} ${copy}`;
    })
    .join("\n");
}

/** @throws LedgerError for a line that {@link encodeKeys} does not write. */
export function decodeKeys(text: string): MessageKey[] {
  if (text === "") return [];
  return text.split("\n").map((line) => {
    const space = line.indexOf(" ");
    const digest = space < 0 ? line : line.slice(0, space);
    if (!isDigest(digest)) throw unknownDigest(digest);
    if (space < 0) return { digest, id: undefined };
    const more = line.slice(space + 1);
    return /^\d+$/.test(more) ? { digest, id: undefined, copy: Number(more) } : { digest, id: parseId(more) };
  });
}

/** The Pulumi state cannot be read, so it is unknown what was pushed. */
export class LedgerError extends Error {
  override name = "LedgerError";
  /** The message without its code. */
  readonly detail: string;

  /**
   * @param reason a clause
   * @param remedy what to do, as a clause that starts a sentence
   * @param subject what cannot be read
   */
  constructor(
    reason: string,
    remedy = "Use the version of queue-seeder that wrote it, or restore the state with `pulumi stack import`",
    subject = "the ledger in the stack's state",
  ) {
    const detail = `${subject} cannot be read: ${reason}. ${remedy}; nothing was pushed.`;
    super(`LEDGER_UNREADABLE: ${detail}`);
    this.detail = detail;
  }
}

function parseId(text: string): string {
  try {
    const id: unknown = JSON.parse(text);
    if (typeof id === "string") return id;
  } catch {
    // Reported below, like an id that is JSON but not a string.
  }
  throw new LedgerError("an id in it is not a JSON string");
}

function unknownDigest(digest: string): LedgerError {
  return new LedgerError(`"${truncate(digest, 40)}" is not a digest this version can read`);
}

function isEncodedLedger(stored: JsonObject): stored is JsonObject & EncodedLedger {
  const { manifest, complete, delivery, pushed, inDoubt } = stored;
  return (
    typeof complete === "boolean" &&
    (delivery === undefined || typeof delivery === "number") &&
    [manifest, pushed, inDoubt].every((text) => text === undefined || typeof text === "string")
  );
}
