/** Compares a rehearsal with `wrangler dev`: both make the same deliveries to the same consumer. */

import { beforeAll, expect, test } from "vitest";
import { messagesFile, RehearsalProject } from "../support/rehearsal-project.ts";
import { npmPackages } from "./cache.ts";
import { prelude } from "./workers.ts";
import { devEnvironment, WranglerDev } from "./wrangler-dev.ts";

let wrangler: string;

beforeAll(async () => {
  wrangler = await npmPackages("wrangler", "wrangler@4.164.0");
});

/** Prints each delivery, also of the dead letter queue, and fails if the body asks for it. */
const consumer = `${prelude}
export default { async queue(batch: Batch): Promise<void> {
  for (const { body, attempts } of batch.messages) console.log("got " + JSON.stringify([batch.queue, body, attempts]));
  for (const message of batch.messages) {
    if (batch.queue !== "orders") continue;
    const { kind } = message.body as { kind?: string };
    if (kind === "again" && message.attempts === 1) message.retry({ delaySeconds: 1 });
    if (kind === "never") message.retry();
    if (kind === "poison") throw new Error("poison");
  }
} };`;
const bodies = [
  { kind: "plain", n: 1.5 },
  { kind: "again" },
  { kind: "never" },
  { kind: "poison" },
  ["a", null, "é\u2028"],
];

test("a consumer gets the same messages under both, and the same dead letters", async () => {
  const settings = { max_batch_size: 1, max_batch_timeout: 0, max_retries: 2 };
  await using project = await RehearsalProject.open(wrangler, {
    "consumer.ts": consumer,
    "wrangler.jsonc": JSON.stringify({
      name: "orders-consumer",
      main: "consumer.ts",
      compatibility_date: "2026-06-01",
      queues: {
        consumers: [
          { queue: "orders", ...settings, dead_letter_queue: "orders-dead" },
          { queue: "orders-dead", max_batch_size: 1, max_batch_timeout: 0 },
        ],
      },
    }),
    ...messagesFile(bodies),
  });
  project.env = devEnvironment(project.folder);
  const { report } = await project.rehearse("--worker", "orders=consumer.ts");
  const messages = report.queues[0]?.messages ?? [];
  const expected = messages.flatMap(({ deliveries, outcome }, at) => [
    ...deliveries.map(({ attempt }) => ["orders", bodies[at], attempt]),
    ...(outcome === "dead_lettered" ? [["orders-dead", bodies[at], 1]] : []),
  ]);
  expect(expected).toHaveLength(1 + 2 + 3 + 3 + 1 + 2);
  // The console of the rehearsal has the same text for its deliveries.
  const printed = report.queues[0]?.batches.flatMap(({ console }) => console.map(({ text }) => text)) ?? [];
  const delivered = expected.filter(([queue]) => queue === "orders");
  expect(sorted(printed)).toEqual(sorted(delivered.map((each) => `got ${JSON.stringify(each)}`)));

  using dev = new WranglerDev(wrangler, project.folder);
  const handed = await project.rehearse("--wrangler-dev", "orders");
  expect([handed.code, handed.report.queues[0]?.messages.map(({ outcome }) => outcome)]).toEqual([
    0,
    Array(bodies.length).fill("handed_over"),
  ]);
  for (const each of expected) await dev.printed(`got ${JSON.stringify(each)}`);
  const seen = [...dev.output.matchAll(/got \[[^\n]*\]/g)].map(([line]) => line);
  expect(sorted(seen)).toEqual(sorted(expected.map((each) => `got ${JSON.stringify(each)}`)));
  await dev.end("SIGTERM");
});

test("--wrangler-dev ends with 1 if no consumer takes the messages in time", async () => {
  await using project = await RehearsalProject.open(wrangler, messagesFile(["a"]));
  project.env = devEnvironment(project.folder);
  const { code, report } = await project.rehearse("--wrangler-dev", "orders", "--timeout", "3");
  expect([code, report.ended, report.queues[0]?.messages.map(({ outcome }) => outcome)]).toEqual([
    1,
    "timed_out",
    ["unfinished"],
  ]);
});

function sorted(texts: readonly string[]): readonly string[] {
  return [...texts].sort();
}
