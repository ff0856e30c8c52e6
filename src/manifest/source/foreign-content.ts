import { sniffContent } from "../sniff-content.ts";
import type { Compression } from "./compression.ts";
import { DataFileAbort } from "./data-file-errors.ts";

/**
 * Refuses a data file that is something else.
 *
 * @param head its first bytes, as they are in the file, or as they were decompressed
 * @param expected how these bytes are compressed
 * @throws DataStop
 */
export function assertNotForeign(head: Buffer, expected: Compression): void {
  const found = sniffContent(head);
  if (found === undefined || found.compression === expected) return;
  const code = found.compression === undefined ? "FOREIGN_CONTENT" : "DATA_COMPRESSION";
  throw new DataFileAbort(code, { line: 1, column: 1 }, found.description, found.hint);
}
