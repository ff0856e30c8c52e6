import type { ConsumerClient } from "../cloudflare/index.ts";
import type { Clock, Owner } from "../push/index.ts";

/** The queue's messages, as far as an export needs them. */
export type MessageSource = Pick<ConsumerClient, "peek" | "pull" | "acknowledge" | "giveBack" | "metrics">;

/** A file that only grows. */
export interface GrowingFile {
  /**
   * Resolves once the bytes are on the disk.
   *
   * @throws ExportError EXPORT_RUNNING if another process has written to the file meanwhile
   */
  append(bytes: Buffer): Promise<void>;
  close(): Promise<void>;
}

/** Files by absolute path. Every call rejects with the system's error. */
export interface Disk {
  /** @returns undefined if there is no such file */
  size(path: string): Promise<number | undefined>;
  read(path: string, at: number, bytes: number): Promise<Buffer>;
  /** Opens a file of this size to add to it; creates it if the size is undefined, and then rejects if it exists. */
  grow(path: string, size: number | undefined): Promise<GrowingFile>;
  truncate(path: string, size: number): Promise<void>;
  /** Creates a whole file at once. @param replace whether a file of this name may be there */
  publish(path: string, text: string, replace: boolean): Promise<void>;
  remove(path: string): Promise<void>;
}

/** Identifies processes, so that two do not write one export. */
export interface Processes {
  own(): Promise<Owner>;
  isRunning(owner: Owner): Promise<boolean>;
}

export interface ExportPorts {
  readonly source: MessageSource;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly processes: Processes;
  /** Ends the export after the batch in hand. */
  readonly stop: AbortSignal;
}
