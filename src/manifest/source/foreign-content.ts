import { sniffContent } from "../files/sniff-content.ts";
import type { Compression } from "../manifest-input.ts";
import { DataFileAbort } from "./data-file-errors.ts";

/**
 * Refuses a data file of another kind.
 *
 * @param head its first bytes, raw or decompressed
 * @param expected the compression of these bytes
 * @throws DataFileAbort
 */
export function assertNotForeign(head: Buffer, expected: Compression): void {
  const found = sniffContent(head);
  if (found === undefined || found.compression === expected) return;
  const code = found.compression === undefined ? "FOREIGN_CONTENT" : "DATA_COMPRESSION";
  throw new DataFileAbort(code, { line: 1, column: 1 }, found.description, found.hint);
}
