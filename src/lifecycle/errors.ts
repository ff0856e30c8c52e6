import type { ConfigErrorCode } from "../cloudflare/index.ts";
import { toPrintableLines } from "../printable.ts";
import type { ProviderHost } from "./host.ts";
import type { SegmentOutputs } from "./state/segment.ts";

// Texts are made printable: the engine writes them to terminals and logs as they are, and with half a character in an error
// the SDK's transport throws, and the engine waits for ever.

/** Why the provider refuses a call; docs/problems.md has each. */
export type RefusalCode =
  | ConfigErrorCode
  | "BODY_TOO_LARGE"
  | "CONFIG_INVALID"
  | "DATA_FILE_EDITED"
  | "DEPLOYMENT_UNLISTED"
  | "ENGINE_GONE"
  | "JOURNAL_UNUSABLE"
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
  | "SOURCE_CHANGED";

/**
 * Refuses before anything was sent: bad credentials, a manifest that changed meanwhile, an edited message.
 *
 * The SDK prints the stack of what check, diff, read and delete throw, on the line of the stack, before the engine shows
 * the message where it belongs. For a refusal a stack is noise, so a pointer stands in its place.
 */
export class SeederError extends Error {
  override name = "Refusal";
  readonly code: RefusalCode;

  constructor(code: RefusalCode, text: string) {
    super(toPrintableLines(`${code}: ${text}`));
    this.code = code;
    Object.defineProperty(this, "stack", { value: "see the error of the resource" });
  }

  override toString(): string {
    return "queue-seeder refused";
  }
}

/**
 * A run that ended before all was pushed. The engine keeps `properties` as the resource's partial state, so the next run
 * goes on from there; without `id` it would lose them, and without the `__provider` in them, which they have from the
 * inputs, it could neither refresh nor destroy the resource. The names are the engine's.
 */
export class PartialPushError extends Error {
  override name = "PartialFailure";
  readonly code = "PUSH_INCOMPLETE" satisfies RefusalCode;
  readonly id: string;
  readonly properties: SegmentOutputs;
  readonly reasons: readonly string[];

  constructor(id: string, outputs: SegmentOutputs, reason: string) {
    super(toPrintableLines(reason));
    this.id = id;
    this.properties = outputs;
    this.reasons = [this.message];
  }

  /** Whether it may not reach the engine: an error's properties travel in a header, for which gRPC has a bound of 16 MiB. */
  get exceedsGrpcHeaderLimit(): boolean {
    return Buffer.byteLength(JSON.stringify(this.properties)) > 8_000_000;
  }
}

/**
 * Stops a push whose engine is gone, killed perhaps: nobody would keep what it comes to, and the next run would not know.
 *
 * @throws Refusal
 */
export async function assertEngineAlive({ isEngineAlive }: Pick<ProviderHost, "isEngineAlive">): Promise<void> {
  if (await isEngineAlive()) return;
  throw new SeederError(
    "ENGINE_GONE",
    "the Pulumi engine has ended, so nothing more is sent. Run `pulumi cancel`, then `pulumi up`.",
  );
}
