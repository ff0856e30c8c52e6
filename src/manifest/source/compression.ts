import type { Compression } from "../manifest-input.ts";

/** The data is not compressed as its extension or `compression` indicates. */
export class CompressionError extends Error {
  override name = "CompressionError";
  readonly hint: string;

  /** @param reason a clause without a period */
  constructor(
    compression: Compression,
    reason: string,
    next = 'Check that the file is whole, and that its extension or "compression" is right.',
  ) {
    super(`the data cannot be decompressed as ${compression}: ${reason}`);
    this.hint = next;
  }
}
