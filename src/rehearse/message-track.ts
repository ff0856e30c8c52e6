import type { AloneTrace, Delivery, MessageOutcome, MessageReport, RehearsedMessage } from "./types.ts";

/** What is known of a message so far. Its body is not kept. */
export class MessageTrack {
  readonly #message: Pick<MessageReport, "manifest" | "label" | "location">;
  readonly #deliveries: Delivery[] = [];
  outcome: MessageOutcome = "unfinished";
  alone: AloneTrace | undefined;
  /** Whether a batch that failed had this message alone: then nothing is left to find out. */
  wasAlone = false;

  constructor({ manifest, location, encoded }: RehearsedMessage) {
    this.#message = { manifest, label: encoded.label, location };
  }

  deliver(delivery: Delivery): void {
    this.#deliveries.push(delivery);
  }

  end(outcome: MessageOutcome): void {
    this.outcome = outcome;
  }

  /** The queue is empty: a message that has not ended by then outlived the retention. */
  expire(): void {
    if (this.outcome === "unfinished") this.outcome = "expired";
  }

  report(): MessageReport {
    return { ...this.#message, outcome: this.outcome, deliveries: this.#deliveries, alone: this.alone };
  }
}
