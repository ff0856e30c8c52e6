import { truncate } from "../format.ts";
import { toObject } from "../json-object.ts";
import { type Digest, isDigest, type MessageKey } from "./digest.ts";

/**
 * The record of what was pushed for one segment, as plain data. It is stored as {@link PackedLedger} in the outputs of the
 * segment's resource, in the Pulumi state.
 */
export interface Ledger {
  /** The digest of the delivered manifest; undefined if nothing was ever delivered. */
  readonly manifest: Digest | undefined;
  /** Whether that delivery is complete. */
  readonly complete: boolean;
  readonly pushed: readonly MessageKey[];
  /** Messages sent without an answer: each may or may not be in the queue. */
  readonly inDoubt: readonly MessageKey[];
}

/** The ledger in the Pulumi state: one line per entry keeps it small, and makes diffs readable. */
export interface PackedLedger {
  /** The version of the format; see {@link ledgerVersion}. */
  readonly version: number;
  readonly manifest: string;
  readonly complete: boolean;
  /** For rows of a data file: the number of the delivery that its segments share. */
  readonly delivery?: number;
  /** See {@link packKeys}, or `packRows` for rows of a data file. */
  readonly pushed: string;
  readonly inDoubt: string;
}

/** Incremented when the meaning of a ledger in the Pulumi state changes. A ledger of another version is refused. */
export const ledgerVersion = 1;

export const emptyLedger: Ledger = { manifest: undefined, complete: false, pushed: [], inDoubt: [] };

export function packLedger(ledger: Ledger): PackedLedger {
  return {
    version: ledgerVersion,
    manifest: ledger.manifest ?? "",
    complete: ledger.complete,
    pushed: packKeys(ledger.pushed),
    inDoubt: packKeys(ledger.inDoubt),
  };
}

/**
 * Reads a ledger from the Pulumi state.
 *
 * @param packed undefined if no state exists yet, which is an empty ledger
 * @throws LedgerError if the value is not a ledger; treating it as empty would push everything again
 */
export function unpackLedger(packed: unknown): Ledger {
  if (packed === undefined) return emptyLedger;
  const { manifest, complete, pushed, inDoubt } = assertPacked(packed);
  return {
    manifest: manifest === "" ? undefined : manifest,
    complete,
    pushed: unpackKeys(pushed),
    inDoubt: unpackKeys(inDoubt),
  };
}

/** Checks the format. @throws LedgerError for anything that no known version of queue-seeder writes */
export function assertPacked(packed: unknown): PackedLedger {
  const found: unknown = Reflect.get(Object(packed), "version");
  if (typeof found === "number" && found !== ledgerVersion) {
    throw new LedgerError(`its format has version ${found}, and this queue-seeder reads ${ledgerVersion}`);
  }
  if (!isPacked(packed)) throw new LedgerError("it is not in queue-seeder's format");
  if (packed.manifest !== "" && !isDigest(packed.manifest)) throw unknownDigest(packed.manifest);
  return packed;
}

/** Writes one line per message: its digest, and after a space its id as a JSON string, or its number among equal messages. */
export function packKeys(keys: readonly MessageKey[]): string {
  return keys
    .map(({ digest, id, copy }) => {
      if (id !== undefined) return `${digest} ${JSON.stringify(id)}`;
      return copy === undefined ? digest : `${digest} ${copy}`;
    })
    .join("\n");
}

/** @throws LedgerError for a line that {@link packKeys} does not write. */
export function unpackKeys(text: string): MessageKey[] {
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

/** The ledger in the Pulumi state cannot be read, so it is unknown what was pushed. */
export class LedgerError extends Error {
  override name = "LedgerError";
  constructor(why: string) {
    super(
      `LEDGER_UNREADABLE: the ledger in the stack's state cannot be read: ${why}. ` +
        "Use the version of queue-seeder that wrote it, or restore the state with `pulumi stack import`; nothing was pushed.",
    );
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

function isPacked(value: unknown): value is PackedLedger {
  const { version, manifest, complete, delivery, pushed, inDoubt } = toObject(value);
  return (
    version === ledgerVersion &&
    typeof manifest === "string" &&
    typeof complete === "boolean" &&
    (delivery === undefined || typeof delivery === "number") &&
    typeof pushed === "string" &&
    typeof inDoubt === "string"
  );
}
