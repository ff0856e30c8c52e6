import { truncate } from "../format.ts";
import { type Digest, isDigest, type MessageKey } from "./digest.ts";

/**
 * What was pushed for one segment, as plain data. It lives in the outputs of the segment's resource, in the engine's
 * state, as {@link PackedLedger}.
 */
export interface Ledger {
  /** Digest of the manifest whose delivery this ledger records; undefined: nothing was ever delivered. */
  readonly manifest: Digest | undefined;
  /** Whether that delivery came to its end. */
  readonly complete: boolean;
  readonly pushed: readonly MessageKey[];
  /** Sent without an answer: each may be in the queue, or not. */
  readonly inDoubt: readonly MessageKey[];
}

/** The ledger as the engine's state holds it: a line for each entry keeps it small, and lets a diff show lines. */
export interface PackedLedger {
  readonly manifest: string;
  readonly complete: boolean;
  /** Of rows of a data file: the number of the delivery that its segments share. */
  readonly delivery?: number;
  /** See {@link packKeys}; for rows of a data file `packRows`. */
  readonly pushed: string;
  readonly inDoubt: string;
}

export const emptyLedger: Ledger = { manifest: undefined, complete: false, pushed: [], inDoubt: [] };

export function packLedger(ledger: Ledger): PackedLedger {
  return {
    manifest: ledger.manifest ?? "",
    complete: ledger.complete,
    pushed: packKeys(ledger.pushed),
    inDoubt: packKeys(ledger.inDoubt),
  };
}

/**
 * Reads a ledger out of the engine's state.
 *
 * @param packed undefined where no state exists yet: an empty ledger
 * @throws LedgerError when something is there that is not a ledger. Never taken for empty: that would push it all again.
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

/** @throws LedgerError for what no version of queue-seeder that is known here has written */
export function assertPacked(packed: unknown): PackedLedger {
  if (!isPacked(packed)) throw new LedgerError("it does not have the form that queue-seeder writes");
  if (packed.manifest !== "" && !isDigest(packed.manifest)) throw unknownDigest(packed.manifest);
  return packed;
}

/** A line a message: its digest, and behind a space its id as a JSON string, or its number among its equals. */
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

/** The ledger in the engine's state cannot be read, so nobody can say what was pushed. */
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
    // Told below, together with an id that is JSON but no string.
  }
  throw new LedgerError("an id in it is not a JSON string");
}

function unknownDigest(digest: string): LedgerError {
  return new LedgerError(`"${truncate(digest, 40)}" is not a digest of a version that is known here`);
}

function isPacked(value: unknown): value is PackedLedger {
  if (typeof value !== "object" || value === null) return false;
  const { manifest, complete, delivery, pushed, inDoubt } = value as Record<string, unknown>;
  return (
    typeof manifest === "string" &&
    typeof complete === "boolean" &&
    (delivery === undefined || typeof delivery === "number") &&
    typeof pushed === "string" &&
    typeof inDoubt === "string"
  );
}
