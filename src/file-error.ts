import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats, statSync } from "node:fs";
import { getSystemErrorMap } from "node:util";
import { errorCode } from "./error-code.ts";

/** Why a file cannot be used. The texts contain no path, which may be absolute or hostile. */
export interface FileErrorDescription {
  /** A clause without a period, such as `permission denied (EACCES)`. */
  readonly reason: string;
  /** What to do about it, in a full sentence. */
  readonly hint: string;
}

/** The kind of file at a path, following links. */
export type PathInfo =
  | { readonly kind: "file"; readonly size: number }
  | { readonly kind: "folder" }
  /** The path does not exist. */
  | { readonly kind: "missing" }
  /** The path exists, or its kind is unknown, and it cannot be read. */
  | ({ readonly kind: "fault" } & FileErrorDescription);

/** Inspects a path. Never throws because of the content or errors of the file system. */
export function inspectPath(path: string): PathInfo {
  try {
    const stats = statSync(path);
    if (stats.isFile()) return { kind: "file", size: stats.size };
    return stats.isDirectory() ? { kind: "folder" } : { kind: "fault", ...notRegularFile(stats) };
  } catch (error) {
    if (errorCode(error) !== "ENOENT") return { kind: "fault", ...describeFileError(error) };
    return isLink(path) ? { kind: "fault", ...danglingLink } : { kind: "missing" };
  }
}

/**
 * Opens a file for reading, and checks afterwards that it is a regular one: the file at a path may change at any time, and a named
 * pipe would block forever.
 *
 * @returns the descriptor, which the caller closes, and the size in bytes
 * @throws FileError, Error of the file system; {@link describeFileError} describes both
 */
export function openRegularFile(path: string): { readonly descriptor: number; readonly size: number } {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new FileError(notRegularFile(stats));
    return { descriptor, size: stats.size };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Reads a regular file as {@link openRegularFile} opens it. @throws FileError, Error of the file system */
export function readRegularFile(path: string): Buffer {
  const { descriptor } = openRegularFile(path);
  try {
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Thrown if a path is not a regular file, even though the system could open it. */
export class FileError extends Error {
  override name = "FileError";
  readonly description: FileErrorDescription;

  constructor(fault: FileErrorDescription) {
    super(fault.reason);
    this.description = fault;
  }
}

/** Reports whether an error comes from the file system, so that {@link describeFileError} can describe it. */
export function isFileError(error: unknown): boolean {
  return error instanceof FileError || errorCode(error) !== undefined;
}

/** Describes an error of the system, or of {@link openRegularFile}. */
export function describeFileError(error: unknown): FileErrorDescription {
  if (error instanceof FileError) return error.description;
  const code = errorCode(error);
  return { reason: describeSystemError(error), hint: hintsByCode[code ?? ""] ?? "Make it readable, or remove it." };
}

/** Describes the reason of a system error, with its code. Does not use the system's message, which contains absolute paths. */
export function describeSystemError(error: unknown): string {
  const code = errorCode(error);
  if (code === undefined) return "unknown reason";
  const known = reasonsByCode[code] ?? systemMessages.get(code);
  return known === undefined ? code : `${known} (${code})`;
}

/** Descriptions that are clearer than the system's. */
const reasonsByCode: Readonly<Record<string, string>> = {
  ELOOP: "its symbolic links lead in a circle",
  ENAMETOOLONG: "its name is longer than the file system allows",
  ENOTDIR: "a part of its path is a file, not a folder",
  EISDIR: "it is a folder",
  // A socket, or a device without a driver.
  ENXIO: "it is not a regular file",
  ERR_INVALID_ARG_VALUE: "its name contains a NUL character",
};

const hintsByCode: Readonly<Record<string, string>> = {
  EACCES: "Give the user who runs this the permission to read it.",
  EPERM: "Give the user who runs this the permission to read it.",
  ELOOP: "Point the link at a file, or replace it with the file itself.",
  ENAMETOOLONG: "Give it a shorter name.",
  ENOENT: "Restore it, or remove the reference to it.",
  ENOTDIR: "Correct the path.",
  EISDIR: "Use the path of a file, or remove it.",
  ENXIO: "Put a regular file in its place.",
  EMFILE: "Raise the limit of open files (`ulimit -n`).",
  ENFILE: "Close other programs, or raise the system's limit of open files.",
};

const systemMessages: ReadonlyMap<string, string> = new Map(getSystemErrorMap().values());

const danglingLink: FileErrorDescription = {
  reason: "the link leads nowhere",
  hint: "Point the link at a file, or remove it.",
};

function notRegularFile(stats: Stats): FileErrorDescription {
  const what = stats.isDirectory()
    ? "it is a folder"
    : stats.isFIFO()
      ? "it is a named pipe, not a regular file"
      : stats.isSocket()
        ? "it is a socket, not a regular file"
        : "it is a device, not a regular file";
  return { reason: what, hint: "Put a regular file in its place, or remove it." };
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    // The caller's own error describes an unreadable path.
    return false;
  }
}
