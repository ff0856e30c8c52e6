import type { MessageReport, QueueReport, Rehearsal } from "../../../src/rehearse/types.ts";

const at = (line: number, file = "messages/orders.yaml") => ({ file, line, column: 5 });
const thrown = {
  name: "TypeError",
  message: "Cannot read properties of undefined (reading 'total')",
  stack: "    at price (worker/price.ts:12:30)\n    at Object.queue (worker/consumer.ts:8:21)",
};
const retried = (attempt: number, batch: number, delaySeconds: number | undefined) => ({
  attempt,
  batch,
  result: "retried" as const,
  cause: "failure" as const,
  delaySeconds,
});
const line = (text: string, level = "log") => ({ level, text });
const message = (label: string, row: number, more: Partial<MessageReport>): MessageReport => ({
  manifest: "orders",
  label,
  location: at(row),
  outcome: "acknowledged",
  deliveries: [{ attempt: 1, batch: 1, result: "acknowledged" }],
  isolated: undefined,
  ...more,
});

const orders: QueueReport = {
  queue: "orders",
  consumer: "worker/consumer.ts",
  config: "worker/wrangler.jsonc",
  settings: { maxBatchSize: 10, maxBatchTimeout: 5, maxRetries: 1, retryDelay: 60, deadLetterQueue: "orders-dead" },
  notes: ["the Worker does not get these bindings here: ai"],
  messages: [
    message("order-1", 4, {}),
    message("order-2", 6, {
      outcome: "dead_lettered",
      deliveries: [retried(1, 2, 60), retried(2, 3, undefined)],
      isolated: {
        outcome: "exception",
        result: "retried",
        exception: thrown,
        console: [line("order 2")],
        omittedLines: 0,
      },
    }),
    message("#3", 8, {
      outcome: "dead_lettered",
      deliveries: [retried(1, 2, 60), retried(2, 3, undefined)],
      isolated: { outcome: "ok", result: "acknowledged", exception: undefined, console: [], omittedLines: 0 },
    }),
    message("slow", 10, {
      outcome: "dead_lettered",
      deliveries: [retried(1, 4, 60), retried(2, 5, undefined)],
    }),
    message("later", 12, {
      deliveries: [
        { attempt: 1, batch: 6, result: "retried", cause: "message", delaySeconds: 300 },
        { attempt: 2, batch: 7, result: "acknowledged" },
      ],
    }),
  ],
  batches: [
    ...[2, 3].map((number) => ({
      number,
      size: 2,
      outcome: "exception" as const,
      exception: thrown,
      console: [line("order 2"), line("a <b> & | `c`\nsecond line", "warn")],
      omittedLines: 0,
    })),
    ...[4, 5].map((number) => ({
      number,
      size: 1,
      outcome: "timed_out" as const,
      exception: undefined,
      console: [line("waiting")],
      omittedLines: 3,
    })),
    { number: 7, size: 1, outcome: "ok", exception: undefined, console: [line("again")], omittedLines: 0 },
  ],
};

const mails: QueueReport = {
  queue: "mails",
  consumer: "wrangler dev",
  config: undefined,
  settings: undefined,
  notes: [],
  messages: [{ ...message("#1", 1, { outcome: "handed_over", deliveries: [] }), location: at(1, "data/mails.ndjson") }],
  batches: [],
};

export const mixed: Rehearsal = {
  queues: [orders, mails],
  withoutConsumer: [{ queue: "invoices", messages: 12 }],
  ended: "finished",
};

export const good: Rehearsal = {
  queues: [{ ...orders, notes: [], messages: [message("order-1", 4, {})], batches: [] }],
  withoutConsumer: [],
  ended: "finished",
};
