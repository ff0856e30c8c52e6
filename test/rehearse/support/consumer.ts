import type { Metrics } from "../../../src/emulator/broker/types.ts";
import type { HandlerResult } from "../../../src/emulator/consumers/batch-result.ts";
import type { DeliveredMessage } from "../../../src/emulator/consumers/types.ts";
import { type Consumer, failedResult, type HandlerRun } from "../../../src/rehearse/consumer.ts";
import type { RehearsedMessage } from "../../../src/rehearse/types.ts";

/** Defines how a test's consumer handles a batch. */
export type Script = (
  batch: readonly DeliveredMessage[],
) => Partial<HandlerResult> | Error | Promise<Partial<HandlerResult>>;

/** A consumer without a runtime, which records its batches. */
export class ScriptedConsumer implements Consumer {
  /** The batches, each message as its body and its attempts. */
  readonly batches: (readonly [body: unknown, attempts: number])[][] = [];
  readonly metrics: Metrics[] = [];
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
  }

  async deliver(_: string, batch: readonly DeliveredMessage[], metrics: Metrics): Promise<HandlerRun> {
    this.batches.push(batch.map((each) => [bodyOf(each), each.attempts] as const));
    this.metrics.push(metrics);
    const said = await this.#script(batch);
    const trace = { console: [{ level: "log", text: `${batch.length} here` }], omittedLines: 0 };
    if (said instanceof Error) {
      const { name, message } = said;
      return { ...trace, result: failedResult, outcome: "exception", exception: { name, message, stack: "" } };
    }
    const result = { ...failedResult, outcome: "ok", ...said };
    return { ...trace, result, outcome: result.outcome === "ok" ? "ok" : "aborted", exception: undefined };
  }

  async close(): Promise<void> {}
}

export function bodyOf({ message }: DeliveredMessage): unknown {
  return message.contentType === "json" ? JSON.parse(message.text) : message.text;
}

/** Returns messages with these bodies, as from the lines of one manifest. */
export function messagesOf(bodies: readonly unknown[], delaySeconds?: number): readonly RehearsedMessage[] {
  return bodies.map((body, index) => {
    const bodyJson = JSON.stringify(body);
    return {
      manifest: "orders",
      location: { file: "messages/orders.yaml", line: index + 3, column: 5 },
      encoded: {
        index,
        label: `#${index + 1}`,
        bodyJson,
        bytes: Buffer.byteLength(bodyJson),
        contentType: "json",
        delaySeconds,
      },
    };
  });
}
