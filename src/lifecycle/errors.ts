import { ConfigError, type ConfigErrorCode } from "../cloudflare/config-error.ts";
import { LedgerError } from "../plan/index.ts";
import { toPrintableLines } from "../printable.ts";
import type { ProviderHost } from "./host.ts";
import type { SegmentOutputs } from "./state/segment.ts";

// Error texts are made printable: Pulumi writes them to terminals and logs verbatim, and a lone surrogate makes the SDK's
// transport throw, after which Pulumi waits forever.

/** Codes of the errors with which the provider rejects a call; docs/problems.md describes each. */
export type RefusalCode =
  | ConfigErrorCode
  | "BODY_TOO_LARGE"
  | "CONFIG_INVALID"
  | "DATA_FILE_EDITED"
  | "DEPLOYMENT_UNLISTED"
  | "ENGINE_GONE"
  | "JOURNAL_UNUSABLE"
  | "LEDGER_UNREADABLE"
  | "MANIFEST_CHANGED"
  | "MANIFEST_INVALID"
  | "MESSAGE_EDITED"
  | "MESSAGE_UNKNOWN"
  | "METRICS_UNREADABLE"
  | "MOVED_FROM_DEPLOYED"
  | "NOT_DEPLOYED"
  | "PLAN_DIFFERS"
  | "PUSH_INCOMPLETE"
  | "QUEUE_CHANGED"
  | "REPAIR_ONLY"
  | "REQUEST_UNREADABLE"
  | "REQUIREMENT_NOT_MET"
  | "ROWS_TOGETHER"
  | "RUN_UNDER_WAY"
  | "SECRET_MISSING"
  | "SOURCE_CHANGED"
  | "WORKER_ADDRESS_MISSING"
  | "WORKER_KEY_MISSING"
  | "WORKER_NOT_READY"
  | "WORKER_QUEUE_UNBOUND"
  | "WORKER_QUEUE_UNKNOWN";

/**
 * An error that is thrown before anything was sent: bad credentials, a manifest that has changed since the plan, an edited
 * message.
 */
export class SeederError extends Error {
  override name = "SeederError";
  readonly code: RefusalCode;

  constructor(code: RefusalCode, text: string) {
    super(toPrintableLines(`${code}: ${text}`));
    this.code = code;
  }
}

/** Runs a function that reads settings. @throws SeederError in place of a {@link ConfigError} */
export function withConfigErrors<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (error instanceof ConfigError) throw new SeederError(error.code, `${error.message}.`);
    throw error;
  }
}

/** Converts an error of the ledger into a refusal; returns any other error unchanged. */
export function toRefusal(error: unknown): unknown {
  return error instanceof LedgerError ? new SeederError("LEDGER_UNREADABLE", error.detail) : error;
}

/** A run that ended before everything was pushed. Pulumi stores its outputs, so that the next run resumes from there. */
export class PartialPushError extends Error {
  override name = "PartialPushError";
  readonly code = "PUSH_INCOMPLETE" satisfies RefusalCode;
  readonly id: string;
  readonly outputs: SegmentOutputs;

  constructor(id: string, outputs: SegmentOutputs, reason: string) {
    super(toPrintableLines(reason));
    this.id = id;
    this.outputs = outputs;
  }
}

/**
 * Stops a push if the Pulumi engine is gone, for example killed: its outcome would not be saved, and the next run could not read
 * it.
 *
 * @throws SeederError ENGINE_GONE
 */
export async function assertEngineAlive({ isEngineAlive }: Pick<ProviderHost, "isEngineAlive">): Promise<void> {
  if (await isEngineAlive()) return;
  throw new SeederError(
    "ENGINE_GONE",
    "the Pulumi engine has ended, so nothing more is sent. Run `pulumi cancel`, then `pulumi up`.",
  );
}
