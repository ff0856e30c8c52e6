import { randomUUID } from "node:crypto";
import { createProducerClient, createSegmentClient } from "../../src/cloudflare/index.ts";
import { createThrottle, systemClock, workerLimits } from "../../src/push/index.ts";
import { workerdOf } from "../../test/contract/producer/runtime.ts";
import { keyOf, pair } from "../../test/producer/support/requests.ts";
import { type Contender, pushFile, seeder } from "../push/contenders.ts";
import { makeCorpus } from "../push/corpus.ts";
import { measureRound, type Round } from "../push/measure.ts";
import { startRemote } from "../support/emulator.ts";
import { median, ratio, table, times, whole } from "../support/measure.ts";
import type { Section } from "../support/results.ts";

const messages = 40_000;

/** Pushes through the producer Worker, with an empty ledger. */
const throughWorker: Contender = async (corpus, { workerUrl, accountId, queueId }) => {
  if (workerUrl === undefined) throw new Error("the emulator runs no Worker");
  const clock = systemClock;
  const producer = createProducerClient({ url: new URL(workerUrl), ...worker, env: {}, clock });
  const ledger = { ledgerId: "", inDoubt: [], unknown: [] };
  const client = createSegmentClient(producer, { queue: "orders", deployment: randomUUID(), keyOf, ...ledger });
  const throttle = createThrottle({ clock, assume: "nothing", limits: workerLimits });
  try {
    await pushFile(corpus, { target: { accountId, queueId }, client, throttle, clock });
  } finally {
    await producer.close();
  }
};

/** What the key pair of the tests is derived from. */
const worker = { workerKey: Buffer.alloc(32, 7).toString("base64"), accountId: "0".repeat(32), name: "queue-seeder" };

/** Measures the messages per second through the Worker and the REST API, in turn, on one emulator without limits. */
export async function measureWorker(rounds = 7): Promise<Section> {
  const producer = { publicKey: pair.publicKey, binary: await workerdOf("wrangler") };
  await using emulator = await startRemote({ producer });
  using corpus = makeCorpus(messages, 250);
  const [rest, through]: [Round[], Round[]] = [[], []];
  // The first round warms up.
  for (let round = 0; round <= rounds; round += 1) {
    const results = [
      await measureRound(seeder, corpus, emulator),
      await measureRound(throughWorker, corpus, emulator),
    ] as const;
    if (round > 0) [rest, through].map((list, at) => list.push(results[at] as Round));
  }
  const rates = (all: readonly Round[]) => all.map(({ messagesPerSecond }) => messagesPerSecond);
  const processor = (all: readonly Round[]) => all.map(({ processorMs }) => processorMs);
  const row = (name: string, all: readonly Round[]) => [
    name,
    whole(median(rates(all))),
    median(processor(all)).toFixed(1),
    times(ratio(rates(all), rates(rest))),
    times(ratio(processor(all), processor(rest))),
  ];
  return {
    name: "worker",
    title: "Messages per second through the producer Worker",
    text: [
      `One process pushes ${whole(messages)} messages from a data file to an emulator without limits in another process: by the REST API, and ` +
        "through the Worker in workerd on the same machine, which then calls the emulator. Processor time is that of the pushing process. " +
        `Medians of ${rounds} rounds. A queue takes 5,000 messages a second, so neither is what limits a real delivery.`,
      table(
        ["transport", "messages a second", "processor, ms for 1,000", "speed", "processor"],
        [row("REST", rest), row("Worker", through)],
      ),
    ].join("\n\n"),
  };
}
