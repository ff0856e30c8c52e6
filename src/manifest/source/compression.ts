export type Compression = "none" | "gzip" | "zstd";

/** Data are not compressed as they are said to be. */
export class CompressionError extends Error {
  override name = "CompressionError";
  readonly hint: string;

  /** @param reason a clause without a full stop */
  constructor(
    compression: Compression,
    reason: string,
    next = 'Check that the file is whole, and that its ending or "compression" is right.',
  ) {
    super(`the data cannot be decompressed as ${compression}: ${reason}`);
    this.hint = next;
  }
}
