import type { ConsumerClient } from "../cloudflare/index.ts";
import type { Clock, Owner } from "../push/index.ts";

/** The operations on a queue's messages that an export needs. */
export type MessageSource = Pick<ConsumerClient, "peek" | "pull" | "acknowledge" | "releaseLeases" | "metrics">;

/** An append-only file. */
export interface GrowingFile {
  /**
   * Appends bytes; resolves when they are on disk.
   *
   * @throws ExportError EXPORT_RUNNING if another process has written to the file meanwhile
   */
  append(bytes: Buffer): Promise<void>;
  close(): Promise<void>;
}

/** File operations by absolute path. Every call rejects with the system's error. */
export interface Disk {
  /** @returns size in bytes, undefined if the file does not exist */
  size(path: string): Promise<number | undefined>;
  read(path: string, at: number, bytes: number): Promise<Buffer>;
  /** Opens a file of this size for appending. If the size is undefined, creates the file, and rejects if it exists. */
  grow(path: string, size: number | undefined): Promise<GrowingFile>;
  truncate(path: string, size: number): Promise<void>;
  /** Creates a complete file atomically. @param replace whether to replace an existing file */
  publish(path: string, text: string, replace: boolean): Promise<void>;
  remove(path: string): Promise<void>;
}

/** Identifies processes, so that two processes do not write the same export. */
export interface Processes {
  own(): Promise<Owner>;
  isRunning(owner: Owner): Promise<boolean>;
}

export interface ExportHost {
  readonly source: MessageSource;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly processes: Processes;
  /** Ends the export after the current batch. */
  readonly stop: AbortSignal;
}
