import type { ContentSize, FileContent } from "../../types.ts";
import { digestSource } from "./source-digest.ts";

/** A data file that an earlier run read without a problem. */
export interface EarlierReading extends Required<Pick<FileContent, "prefix">> {
  /** See {@link FileContent.digest}. */
  readonly digest: string;
  readonly size: ContentSize;
}

/** Returns the readings of earlier runs. Called for the first large data file, since it may take time. */
export type EarlierReadings = () => Promise<readonly EarlierReading[]>;

/**
 * Computes the digest of a file while the earlier readings are read: Pulumi reads the state only once the provider has started, which
 * takes as long as the digest of some hundred megabytes.
 *
 * @returns `whole`: the digest; undefined without earlier readings, or if the file cannot be read
 */
export async function digestMeanwhile(
  path: string,
  context: string,
  earlierReadings: EarlierReadings,
): Promise<{ readonly known: readonly EarlierReading[]; readonly whole: string | undefined }> {
  const stop = new AbortController();
  const digesting = digestSource(path, context, { stop: stop.signal });
  // If the readings cannot be read, their error is reported.
  digesting.catch(() => {});
  try {
    const known = await earlierReadings();
    if (known.length === 0) return { known, whole: undefined };
    return { known, whole: (await digesting).at(-1)?.digest() };
  } finally {
    stop.abort();
  }
}
