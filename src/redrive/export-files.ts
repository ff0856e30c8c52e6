import { fileExistsError } from "./export-error.ts";
import type { Disk, GrowingFile } from "./export-host.ts";
import type { ExportPaths } from "./export-paths.ts";
import { addRanges, type ExportState, type RowLocation, sha256 } from "./export-state.ts";
import { type ExportHead, type Range, writeLine } from "./progress-lines.ts";
import { type Row, type RowKind, rowKinds } from "./row.ts";

/** The files of an unfinished export: append-only data files, and a progress file that records which messages they contain. */
export class ExportFiles {
  readonly #paths: ExportPaths;
  readonly #disk: Disk;
  readonly #state: ExportState;
  readonly #progress: GrowingFile;
  readonly #data = new Map<RowKind, GrowingFile>();
  /** Ids with a confirmed acknowledgement that the progress file does not contain yet. */
  #settled: string[] = [];

  constructor(paths: ExportPaths, disk: Disk, state: ExportState, progress: GrowingFile) {
    this.#paths = paths;
    this.#disk = disk;
    this.#state = state;
    this.#progress = progress;
  }

  get head(): ExportHead {
    return this.#state.head;
  }

  /** Number of rows in each data file. */
  get rows(): Readonly<Record<RowKind, number>> {
    return this.#state.rows;
  }

  /** Ids of messages that are in a file, but whose acknowledgement is not confirmed. */
  get unsettled(): ReadonlySet<string> {
    return this.#state.unsettled;
  }

  /** When the leases of an earlier run end, in milliseconds since the epoch. */
  get leaseEndsMs(): number {
    return this.#state.leaseEndsMs;
  }

  /** Lease duration of the last earlier run, in milliseconds; 0 if there was none. */
  get earlierVisibilityMs(): number {
    return this.#state.visibilityMs;
  }

  has(id: string): boolean {
    return this.#state.locations.has(id);
  }

  /** Returns the location of a message in the files, undefined if it is in none. */
  locationOf(id: string): RowLocation | undefined {
    return this.#state.locations.get(id);
  }

  /** Writes rows. When the promise resolves, the rows are on disk and their messages may be acknowledged. */
  async put(rows: readonly Row[], leaseEndsMs: number): Promise<void> {
    if (rows.length === 0) return;
    const ranges: Partial<Record<RowKind, Range>> = {};
    const bytes = new Map<RowKind, Buffer>();
    for (const kind of rowKinds) {
      const own = rows.filter((row) => row.kind === kind);
      if (own.length === 0) continue;
      const text = Buffer.from(own.map(({ line }) => `${line}\n`).join(""));
      bytes.set(kind, text);
      const at = this.#state.sizes[kind];
      ranges[kind] = { at, bytes: text.length, sha256: sha256(text), ids: own.map(({ id }) => id) };
    }
    await this.#progress.append(Buffer.from(this.#takeSettled() + writeLine({ put: ranges, leaseEndsMs })));
    for (const [kind, text] of bytes) await (await this.#file(kind)).append(text);
    addRanges(ranges, this.#state);
  }

  /** Records confirmed acknowledgements. The record is written to disk with the next write. */
  settle(ids: Iterable<string>): void {
    for (const id of ids) if (this.#state.unsettled.delete(id)) this.#settled.push(id);
  }

  /** Writes the manifest, or replaces the version that this export has written. */
  async publish(text: string): Promise<void> {
    const path = this.#paths.manifest;
    const size = await this.#disk.size(path);
    const there = size === undefined ? undefined : sha256(await this.#disk.read(path, 0, size));
    if (there === sha256(text)) return;
    // An interrupted run may have recorded the next version without replacing the previous one.
    if (there !== undefined && !this.#state.manifests.has(there)) throw fileExistsError(path);
    this.#state.manifests.add(sha256(text));
    await this.#progress.append(Buffer.from(this.#takeSettled() + writeLine({ manifest: sha256(text) })));
    await this.#disk.publish(path, text, there !== undefined);
  }

  /** Closes the files. @param finished whether to delete the progress file, after which the export cannot be resumed */
  async close(finished: boolean): Promise<void> {
    const rest = this.#takeSettled();
    if (!finished && rest !== "") await this.#progress.append(Buffer.from(rest));
    await this.abandon();
    if (!finished) return;
    for (const kind of rowKinds) {
      // A run that was killed before its first row may have left an empty file.
      if (this.#state.sizes[kind] === 0) await this.#disk.remove(this.#paths.data[kind]);
    }
    await this.#disk.remove(this.#paths.progress);
  }

  /** Closes the files after a failure, without changing them. */
  async abandon(): Promise<void> {
    for (const file of [this.#progress, ...this.#data.values()]) await file.close();
  }

  async #file(kind: RowKind): Promise<GrowingFile> {
    const open = this.#data.get(kind);
    if (open !== undefined) return open;
    const path = this.#paths.data[kind];
    const size = this.#state.sizes[kind];
    const isNew = size === 0 && (await this.#disk.size(path)) === undefined;
    // A file that another process has created meanwhile does not have this size, so nothing is appended to it.
    const file = await this.#disk.grow(path, isNew ? undefined : size);
    this.#data.set(kind, file);
    return file;
  }

  #takeSettled(): string {
    const line = this.#settled.length === 0 ? "" : writeLine({ settled: this.#settled });
    this.#settled = [];
    return line;
  }
}
