import { sniff } from "../sniff.ts";
import type { Compression } from "./compression.ts";
import { DataStop } from "./stop.ts";

/**
 * Refuses a data file that is something else.
 *
 * @param head its first bytes, as they are in the file, or as they were decompressed
 * @param expected how these bytes are compressed
 * @throws DataStop
 */
export function refuseForeign(head: Buffer, expected: Compression): void {
  const found = sniff(head);
  if (found === undefined || found.compression === expected) return;
  const code = found.compression === undefined ? "FOREIGN_CONTENT" : "DATA_COMPRESSION";
  throw new DataStop(code, { line: 1, column: 1 }, found.what, found.next);
}
