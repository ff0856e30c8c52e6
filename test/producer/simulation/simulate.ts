import { createProducerClient, createSegmentClient } from "../../../src/cloudflare/index.ts";
import { encodeMessage, packBatchStream, segmentSize } from "../../../src/plan/index.ts";
import { type BatchOutcome, createThrottle, type PushRun, runPush, workerLimits } from "../../../src/push/index.ts";
import type { EncodedMessage } from "../../../src/types.ts";
import { seeded } from "../../engine/soak/random.ts";
import { keyOf, type ServiceModel, SimulatedService } from "./service.ts";
import { VirtualClock } from "./virtual-clock.ts";

export interface Simulation {
  readonly queues: number;
  /** Messages of each queue. */
  readonly messages: number;
  readonly model: ServiceModel;
  readonly seed: number;
  /** Called now and then with the number of messages that were pushed. */
  onProgress?(pushed: number): void;
}

export interface SimulationResult {
  /** Simulated milliseconds. */
  readonly ms: number;
  /** The least milliseconds that the limit of a queue allows. */
  readonly bestMs: number;
  /** Messages that are not in their queue. */
  readonly missing: number;
  /** Messages that are in their queue more than once, and those of them that were not reported. */
  readonly twice: number;
  readonly unreported: number;
  /** Messages that were reported as possibly there twice. */
  readonly reported: number;
  /** Messages that are in doubt at the end. */
  readonly inDoubt: number;
  readonly counts: SimulatedService["counts"];
}

/** The model of the figures: one request in a thousand is lost, an object is reset every 100,000 requests. */
export const usualModel: ServiceModel = {
  latencyMs: [20, 60],
  objectMs: 1,
  queueMs: 15,
  lost: 0.001,
  resets: 0.00001,
};

/** Segments of a queue that are pushed at the same time, as Pulumi does with the segments of a manifest. */
const segmentsAtOnce = 2;

/** Pushes numbered messages with the code of a run, from packing to the client, to a model of the service on a clock that jumps. */
export async function simulate({ queues, messages, model, seed, onProgress }: Simulation): Promise<SimulationResult> {
  const clock = new VirtualClock();
  const names = Array.from({ length: queues }, (_, at) => `queue-${at}`);
  const service = new SimulatedService(clock, model, seeded(seed), names, messages);
  const chance = seeded(seed + 1);
  const random = () => chance.int(2 ** 32) / 2 ** 32;
  const producer = createProducerClient({
    url: new URL("https://producer.example.com"),
    workerKey: Buffer.alloc(32, 7).toString("base64"),
    accountId: "0".repeat(32),
    name: "producer",
    env: {},
    transport: service,
    clock,
    random,
  });
  const throttle = createThrottle({ clock, assume: "documented", limits: workerLimits });
  const reported = new Map(names.map((name) => [name, new Uint8Array(messages)]));
  let pushed = 0;
  let inDoubt = 0;

  const pushSegment = async (queue: string, from: number, to: number) => {
    const marks = reported.get(queue);
    const onOutcome = (outcome: BatchOutcome) => {
      if (outcome.state !== "pushed") return;
      pushed += outcome.batch.length;
      if (pushed % 100_000 === 0) onProgress?.(pushed);
      for (const { index } of outcome.batch) {
        if (outcome.possibleDuplicate && (outcome.duplicates?.has(index) ?? true)) marks?.fill(1, index, index + 1);
      }
    };
    const client = createSegmentClient(producer, {
      queue,
      deployment: "simulated",
      ledgerId: "simulated",
      keyOf,
      inDoubt: [],
      unknown: [],
    });
    const run: PushRun = {
      target: { accountId: "0".repeat(32), queueId: queue },
      batches: packBatchStream(numbered(from, to)),
      inDoubt: "resend",
      client,
      throttle,
      clock,
      random,
      onOutcome,
    };
    const report = await runPush(run);
    if (report.failure !== undefined) throw new Error(report.failure.message);
    inDoubt += report.messages.inDoubt;
  };
  const pushQueue = async (queue: string) => {
    const open = new Set<Promise<void>>();
    for (let [index, from] = [0, 0]; from < messages; index += 1) {
      const to = Math.min(from + segmentSize(index), messages);
      const segment: Promise<void> = pushSegment(queue, from, to).finally(() => open.delete(segment));
      open.add(segment);
      if (open.size === segmentsAtOnce) await Promise.race(open);
      from = to;
    }
    await Promise.all(open);
  };
  await clock.run(Promise.all(names.map(pushQueue)));

  const judged = names.map((name) => judge(service.arrived(name), reported.get(name) ?? new Uint8Array()));
  const sum = (of: (judgement: Judgement) => number) => judged.reduce((total, each) => total + of(each), 0);
  return {
    ms: clock.elapsed(),
    bestMs: (messages / 5_000) * 1_000,
    missing: sum(({ missing }) => missing),
    twice: sum(({ twice }) => twice),
    unreported: sum(({ unreported }) => unreported),
    reported: sum((each) => each.reported),
    inDoubt,
    counts: service.counts,
  };
}

async function* numbered(from: number, to: number): AsyncGenerator<readonly EncodedMessage[]> {
  const location = { file: "messages/simulated.ndjson", line: 1, column: 1 };
  for (let start = from; start < to; start += 1_000) {
    yield Array.from({ length: Math.min(1_000, to - start) }, (_, at) => {
      const body = { n: start + at };
      return encodeMessage({ id: undefined, body, contentType: "json", delaySeconds: undefined, location }, start + at);
    });
  }
}

type Judgement = Pick<SimulationResult, "missing" | "twice" | "unreported" | "reported">;

function judge(arrived: Uint8Array, reported: Uint8Array): Judgement {
  const found = { missing: 0, twice: 0, unreported: 0, reported: 0 };
  for (const [index, times] of arrived.entries()) {
    if (times === 0) found.missing += 1;
    if (times > 1) found.twice += 1;
    if (times > 1 && reported[index] === 0) found.unreported += 1;
    found.reported += reported[index] ?? 0;
  }
  return found;
}
