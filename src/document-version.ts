/** Why a document must not be read because of its version. */
export interface VersionMismatch {
  /** A clause, such as "it was written by a newer version of queue-seeder (format 2, and this one reads 1)". */
  readonly reason: string;
  /** What to do, as a clause that starts a sentence; undefined if the document has no version, so its writer is unknown. */
  readonly remedy: string | undefined;
}

/**
 * Compares the version of a document with the one that this code reads. This is the one rule for everything that queue-seeder
 * writes and reads again: a document has a version, which is incremented when the meaning of an existing key changes, and a document
 * of another version is refused, because guessing could push messages twice.
 *
 * @returns undefined if the document can be read
 */
export function findVersionMismatch(found: unknown, readable: number): VersionMismatch | undefined {
  if (found === readable) return undefined;
  if (typeof found !== "number") return { reason: "it is not in queue-seeder's format", remedy: undefined };
  const [age, remedy] =
    found > readable
      ? ["a newer", "Upgrade queue-seeder"]
      : ["an older", "Use the version of queue-seeder that wrote it"];
  return {
    reason: `it was written by ${age} version of queue-seeder (format ${found}, and this one reads ${readable})`,
    remedy,
  };
}
