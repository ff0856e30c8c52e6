/** A stream of bytes that is read in portions of any size, and knows where it is. */
export class ByteInput {
  /** Bytes that were taken so far: the offset of the next one, from 0. */
  offset = 0;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Takes as many bytes as are at hand, at least one; undefined at the end. */
  async some(): Promise<Buffer | undefined> {
    if (this.#rest.length === 0 && !(await this.#fill())) return undefined;
    return this.#take(this.#rest.length);
  }

  /** Takes so many bytes; fewer only at the end. */
  async exactly(length: number): Promise<Buffer> {
    while (this.#rest.length < length && (await this.#fill()));
    return this.#take(Math.min(length, this.#rest.length));
  }

  /** Shows the next bytes without taking them; fewer only at the end. */
  async peek(length: number): Promise<Buffer> {
    while (this.#rest.length < length && (await this.#fill()));
    return this.#rest.subarray(0, length);
  }

  /** Gives back the bytes that were taken last. */
  unread(bytes: Buffer): void {
    this.offset -= bytes.length;
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([bytes, this.#rest]);
  }

  /** Closes what the bytes come from. */
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
