import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { minDurationSeconds } from "../../src/push/index.ts";
import { simulate, usualModel } from "../../test/producer/simulation/simulate.ts";
import { judged, megabytes, seconds, table, timed, times, whole } from "../support/measure.ts";
import type { Section } from "../support/results.ts";

const queues = 20;

/** Simulates deliveries through the Worker, and compares them with the least time that the REST API's limits allow. */
async function compareWithRest(): Promise<string> {
  const rows: string[][] = [];
  const run = (names: number, each: number) => simulate({ queues: names, messages: each, model: usualModel, seed: 2 });
  const one = await run(1, 100_000);
  for (const size of [100_000, 400_000, 1_000_000]) {
    const { ms } = await run(1, size);
    const rest = minDurationSeconds([{ messages: size, requests: size / 100 }]) * 1_000;
    const aim = size === 100_000 ? [times(rest / ms), "", ""] : judged(rest / ms, { least: 10 }, times);
    rows.push([whole(size), "1", seconds(ms), seconds(rest), ...aim]);
  }
  const two = await run(2, 100_000);
  rows.push(["100,000 each", "2", seconds(two.ms), "", ...judged((2 * one.ms) / two.ms, { least: 1.9 }, times)]);
  return [
    "Under the documented limits: the time through the Worker, the least time that the limits of the REST API allow, and how many times as " +
      "long that is; for two queues, the messages a second compared with one queue. The first 108,000 messages of the REST API fit into " +
      "one window of its limit, so up to there the transports are equal.",
    table(["messages", "queues", "Worker", "REST at best", "ratio", "aim", ""], rows),
  ].join("\n\n");
}

/** Simulates a delivery to twenty queues through the Worker. @param messages of all queues together */
export async function measureSimulation(messages = 10_000_000): Promise<Section> {
  const heap = new HeapFloor();
  let found: Awaited<ReturnType<typeof simulate>> | undefined;
  const tookMs = await timed(async () => {
    found = await simulate({
      queues,
      messages: messages / queues,
      model: usualModel,
      seed: 1,
      onProgress: (pushed) => heap.note(pushed / messages),
    });
  });
  if (found === undefined) throw new Error("the simulation has no result");
  const { ms, bestMs, missing, twice, unreported, reported, inDoubt, counts } = found;
  const none = { most: 0 } as const;
  return {
    name: "worker-simulation",
    title: `${whole(messages)} messages through the Worker, simulated`,
    text: [
      `The code of a run, from packing to the Worker's client, with a clock that jumps and a model of the service: ${queues} queues of 5,000 ` +
        "messages a second, objects of 1,000 requests a second, 20 to 60 ms of latency, 15 ms for a batch, 0.1 % of the requests lost, a " +
        `reset of an object every 100,000 requests; \`in_doubt: resend\`. ${whole(counts.requests)} requests, of which ${whole(counts.lost)} ` +
        `were lost and ${whole(counts.overloaded)} refused; ${whole(counts.resets)} resets. The simulation took ${seconds(tookMs)}.`,
      table(
        ["what", "simulated", "aim", ""],
        [
          ["time", seconds(ms), "", ""],
          ["the best possible time", seconds(bestMs), "", ""],
          ["time / best possible", ...judged(ms / bestMs, { most: 1.05 }, times)],
          ["messages that are missing", ...judged(missing, none, whole)],
          ["there more than once", whole(twice), "", ""],
          ["there more than once, but not reported", ...judged(unreported, none, whole)],
          ["reported as possibly there twice", whole(reported), "", ""],
          ["in doubt at the end", ...judged(inDoubt, none, whole)],
          ["memory, last tenth / second tenth", ...judged(heap.last / heap.first, { most: 1.1 }, times)],
          ["memory in the last tenth", megabytes(heap.last), "", ""],
        ],
      ),
      await compareWithRest(),
    ].join("\n\n"),
  };
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** The memory of JavaScript's heap after garbage collections in two parts of a run, in megabytes: the least in each. */
class HeapFloor {
  first = Number.POSITIVE_INFINITY;
  last = Number.POSITIVE_INFINITY;
  #next = 0;

  /** @param share of the run that is done */
  note(share: number): void {
    if (share < this.#next) return;
    this.#next = share + 0.03;
    collectGarbage();
    const used = process.memoryUsage().heapUsed / 1e6;
    if (share > 0.1 && share <= 0.2) this.first = Math.min(this.first, used);
    if (share > 0.9) this.last = Math.min(this.last, used);
  }
}
