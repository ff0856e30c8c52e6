/** A byte stream that is read in portions of any size, and tracks its offset. */
export class ByteInput {
  /** The offset of the next byte, from 0. */
  offset = 0;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Reads the available bytes, at least one; undefined at the end. */
  async readSome(): Promise<Buffer | undefined> {
    if (this.#rest.length === 0 && !(await this.#fill())) return undefined;
    return this.#take(this.#rest.length);
  }

  /** Reads a number of bytes; fewer only at the end. */
  async readExactly(length: number): Promise<Buffer> {
    while (this.#rest.length < length && (await this.#fill()));
    return this.#take(Math.min(length, this.#rest.length));
  }

  /** Returns the next bytes without consuming them; fewer only at the end. */
  async peek(length: number): Promise<Buffer> {
    while (this.#rest.length < length && (await this.#fill()));
    return this.#rest.subarray(0, length);
  }

  /** Returns the last bytes to the stream. */
  unread(bytes: Buffer): void {
    this.offset -= bytes.length;
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([bytes, this.#rest]);
  }

  /** Closes the source of the bytes. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    this.offset += length;
    return taken;
  }

  async #fill(): Promise<boolean> {
    const { value, done } = await this.#chunks.next();
    if (done) return false;
    this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value]);
    return true;
  }
}
