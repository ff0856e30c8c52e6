import type { EncodedMessage } from "../types.ts";
import type { Delivery, IsolatedTrace, MessageOutcome, MessageReport, RehearsedMessage } from "./types.ts";

/** Records the deliveries and the outcome of a message. Its body is not kept. */
export class MessageTrack {
  readonly #message: Pick<MessageReport, "manifest" | "label" | "location">;
  readonly #deliveries: Delivery[] = [];
  outcome: MessageOutcome = "unfinished";
  isolated: IsolatedTrace | undefined;
  /** Whether a failed batch contained only this message, so that it need not be delivered alone again. */
  failedAlone = false;

  constructor({ manifest, location, encoded }: RehearsedMessage) {
    this.#message = { manifest, label: encoded.label, location };
  }

  deliver(delivery: Delivery): void {
    this.#deliveries.push(delivery);
  }

  end(outcome: MessageOutcome): void {
    this.outcome = outcome;
  }

  /** Called when the queue is empty: a message that has not ended exceeded the retention period. */
  expire(): void {
    if (this.outcome === "unfinished") this.outcome = "expired";
  }

  report(): MessageReport {
    return { ...this.#message, outcome: this.outcome, deliveries: this.#deliveries, isolated: this.isolated };
  }
}

/** Adds a track for each message that passes, and returns the encoded messages. */
export async function* trackMessages(
  messages: AsyncIterable<readonly RehearsedMessage[]>,
  tracks: MessageTrack[],
): AsyncGenerator<readonly EncodedMessage[]> {
  for await (const some of messages) {
    for (const message of some) tracks.push(new MessageTrack(message));
    yield some.map(({ encoded }) => encoded);
  }
}
