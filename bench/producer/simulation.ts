import { simulate, usualModel } from "../../test/producer/simulation/simulate.ts";
import { judged, megabytes, seconds, table, timed, times, whole } from "../support/measure.ts";
import type { Section } from "../support/results.ts";

const queues = 20;

/** Simulates a delivery to twenty queues through the Worker. @param messages of all queues together */
export async function measureSimulation(messages = 2_000_000): Promise<Section> {
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
    ].join("\n\n"),
  };
}

/** The least memory of JavaScript's heap in parts of a run, in megabytes: what remains after a garbage collection. */
class HeapFloor {
  first = Number.POSITIVE_INFINITY;
  last = Number.POSITIVE_INFINITY;

  /** @param share of the run that is done */
  note(share: number): void {
    const used = process.memoryUsage().heapUsed / 1e6;
    if (share > 0.1 && share <= 0.2) this.first = Math.min(this.first, used);
    if (share > 0.9) this.last = Math.min(this.last, used);
  }
}
