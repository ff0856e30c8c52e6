/**
 * Reasons why an export does not start or does not finish.
 *
 * - `EXPORT_EXISTS`: a file of this name exists and is not overwritten.
 * - `EXPORT_OTHER`: the unfinished export of this name belongs to another queue or has other options.
 * - `EXPORT_RUNNING`: another process is writing this export.
 * - `EXPORT_VERSION`: another version of queue-seeder began the unfinished export of this name.
 * - `EXPORT_DAMAGED`: the files of an unfinished export were changed.
 * - `EXPORT_UNWRITABLE`: the system does not allow writing a file.
 * - `EXPORT_TARGET`: it is not clear which queue the messages are to be pushed to.
 * - `EXPORT_STOPPED`: the API rejected a request or was unreachable, or the run was interrupted.
 * - `QUEUE_UNKNOWN`: the queue does not exist.
 * - `PULL_NOT_ENABLED`: the queue does not have a consumer of the type http_pull.
 * - `PULL_RETRIES_NONE`: the queue deletes a message after one delivery.
 * - `DELIVERY_PAUSED`: the queue does not deliver messages.
 * - `ACCOUNT_MISSING`: no account is configured.
 */
export type ExportErrorCode =
  | "EXPORT_EXISTS"
  | "EXPORT_OTHER"
  | "EXPORT_RUNNING"
  | "EXPORT_VERSION"
  | "EXPORT_DAMAGED"
  | "EXPORT_UNWRITABLE"
  | "EXPORT_TARGET"
  | "EXPORT_STOPPED"
  | "QUEUE_UNKNOWN"
  | "PULL_NOT_ENABLED"
  | "PULL_RETRIES_NONE"
  | "DELIVERY_PAUSED"
  | "ACCOUNT_MISSING";

/** Thrown if an export cannot continue. The message consists of the code, what is wrong and what to do next. */
export class ExportError extends Error {
  override name = "ExportError";
  readonly code: ExportErrorCode;

  /**
   * @param what a clause without a trailing full stop
   * @param next full sentences
   */
  constructor(code: ExportErrorCode, what: string, next: string) {
    super(`${code}: ${what}. ${next}`);
    this.code = code;
  }
}

/** Returns the name of a file without its folder, on any platform. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

/** Returns the error for a file that an export must not overwrite. */
export function fileExistsError(path: string): ExportError {
  return new ExportError(
    "EXPORT_EXISTS",
    `${fileName(path)} already exists`,
    "Name another --out: no file is overwritten.",
  );
}
