import { printableLines } from "../printable.ts";
import type { SegmentOutputs } from "./segment.ts";

// Texts are made printable: the engine writes them to terminals and logs as they are, and with half a character in an error
// the SDK's transport throws, and the engine waits for ever.

/**
 * Refuses before anything was sent: bad credentials, a manifest that changed meanwhile, an edited message.
 *
 * The SDK prints the stack of what check, diff, read and delete throw, on the line of the stack, before the engine shows
 * the message where it belongs. For a refusal a stack is noise, so a pointer stands in its place.
 */
export class Refusal extends Error {
  override name = "Refusal";

  constructor(code: string, text: string) {
    super(printableLines(`${code}: ${text}`));
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
export class PartialFailure extends Error {
  override name = "PartialFailure";
  readonly id: string;
  readonly properties: SegmentOutputs;
  readonly reasons: readonly string[];

  constructor(id: string, outputs: SegmentOutputs, reason: string) {
    super(printableLines(reason));
    this.id = id;
    this.properties = outputs;
    this.reasons = [this.message];
  }

  /** Whether it may not reach the engine: an error's properties travel in a header, for which gRPC has a bound of 16 MiB. */
  get isLarge(): boolean {
    return Buffer.byteLength(JSON.stringify(this.properties)) > 8_000_000;
  }
}
