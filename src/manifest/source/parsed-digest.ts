import type { FilePrefix } from "../../types.ts";
import type { RawBytes } from "./read-bytes.ts";
import type { SourceDigest } from "./source-digest.ts";

/** The digests of a data file that is being parsed, of the very bytes that are parsed: the file may change at any time. */
export class ParsedDigest implements RawBytes {
  readonly #digest: SourceDigest;
  /** The bytes whose rows are being parsed. They are not in the digest yet, because a prefix may end in them. */
  #pending: Buffer = Buffer.alloc(0);
  #whole: string | undefined;
  #prefix: FilePrefix | undefined;
  #hasByteOrderMark = false;

  /**
   * @param digest of the bytes that are not parsed
   * @param prefix their rows
   */
  constructor(digest: SourceDigest, prefix?: FilePrefix) {
    this.#digest = digest;
    this.#prefix = prefix;
  }

  add(bytes: Buffer): void {
    if (this.#digest.offset === 0 && this.#pending.length === 0) this.#hasByteOrderMark = bytes[0] === 0xef;
    this.#digest.add(this.#pending);
    this.#pending = bytes;
  }

  end(): void {
    this.#digest.add(this.#pending);
    this.#whole = this.#digest.digest();
  }

  /** Notes that a prefix ends here. Offsets of a file with a byte order mark do not count it, so it has no prefix. */
  cut(prefix: Omit<FilePrefix, "digest">): void {
    const length = prefix.offset - this.#digest.offset;
    if (this.#hasByteOrderMark || length < 0 || length > this.#pending.length) return;
    this.#digest.add(this.#pending.subarray(0, length));
    this.#pending = this.#pending.subarray(length);
    this.#prefix = { ...prefix, digest: this.#digest.digest() };
  }

  /** The digest of the whole file; undefined if it was not read to its end. */
  get whole(): string | undefined {
    return this.#whole;
  }

  /** The longest prefix; undefined if there is none. */
  get prefix(): FilePrefix | undefined {
    return this.#prefix;
  }
}
