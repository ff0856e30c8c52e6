/**
 * Reasons why an export does not start, or does not come to its end.
 *
 * - `EXPORT_EXISTS`: a file of this name is there already, and is not overwritten.
 * - `EXPORT_OTHER`: the unfinished export under this name is of another queue, or has other options.
 * - `EXPORT_RUNNING`: another process writes this export.
 * - `EXPORT_DAMAGED`: the files of an unfinished export were changed.
 * - `EXPORT_UNWRITABLE`: the system refuses to write a file.
 * - `EXPORT_TARGET`: it is not clear which queue the messages are to be pushed to.
 * - `EXPORT_STOPPED`: the API refused, or was out of reach, or the run was interrupted.
 * - `QUEUE_UNKNOWN`: there is no such queue.
 * - `PULL_NOT_ENABLED`: the queue has no consumer of the type http_pull.
 * - `PULL_RETRIES_NONE`: the queue deletes a message that was delivered once.
 * - `DELIVERY_PAUSED`: the queue hands no messages out.
 * - `ACCOUNT_MISSING`: no account is configured.
 */
export type ExportErrorCode =
  | "EXPORT_EXISTS"
  | "EXPORT_OTHER"
  | "EXPORT_RUNNING"
  | "EXPORT_DAMAGED"
  | "EXPORT_UNWRITABLE"
  | "EXPORT_TARGET"
  | "EXPORT_STOPPED"
  | "QUEUE_UNKNOWN"
  | "PULL_NOT_ENABLED"
  | "PULL_RETRIES_NONE"
  | "DELIVERY_PAUSED"
  | "ACCOUNT_MISSING";

/** An export that cannot continue. The message has the code, what is wrong and what to do next. */
export class ExportError extends Error {
  override name = "ExportError";
  readonly code: ExportErrorCode;

  /**
   * @param what a clause without a full stop
   * @param next full sentences
   */
  constructor(code: ExportErrorCode, what: string, next: string) {
    super(`${code}: ${what}. ${next}`);
    this.code = code;
  }
}
