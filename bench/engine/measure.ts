import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { writeRequestFile } from "../../src/cli/shared/request-file.ts";
import { urns } from "../../src/engine/urn.ts";
import { withDisposable } from "../../src/with-disposable.ts";
import { startRemote } from "../support/emulator.ts";
import { median, table, timed, whole } from "../support/measure.ts";
import type { Section } from "../support/results.ts";
import { peakDuring } from "./memory.ts";
import { emptyStack, stackOfRows, up } from "./stacks.ts";

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** Measures `up --skip-preview` with a million messages that were pushed before, in turn with an empty program. */
export async function measureMillion(rounds = 3, rows = 1_000_000): Promise<Section> {
  await using emulator = await startRemote();
  await using seeded = await stackOfRows(rows, emulator);
  await using empty = await emptyStack();
  // Marking the messages as pushed leaves the same state as pushing them.
  const segments = urns.segment(seeded.name, "queue-seeder", "backfill");
  const repair = { action: "baseline", manifest: "backfill", segments, messages: undefined } as const;
  const request = writeRequestFile({ plan: undefined, approvedPushes: undefined, repair });
  await withDisposable(request, ({ env }) => up(seeded, env));
  await up(empty);
  const runs: { seeded: number; empty: number; read: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    runs.push({
      seeded: await timed(() => up(seeded)),
      empty: await timed(() => up(empty)),
      read: readOnce(seeded.project.dir),
    });
  }
  const { requests } = await emulator.traffic();
  if (requests > 0) throw new Error("a run that was to push nothing made requests");
  const of = (what: (run: (typeof runs)[number]) => number) => median(runs.map(what));
  const state = Buffer.byteLength(seeded.exportState());
  return {
    name: "million",
    title: "A million messages that were pushed before",
    text: [
      `\`pulumi up --skip-preview\` with a data file of ${whole(rows)} rows, all of them pushed, compared with a program that does nothing; ` +
        `alternating runs, medians of ${rounds} rounds. "Read once" is the time to read, check, digest and segment the file in a separate process, without its start.`,
      table(
        ["what", "measured", "aim"],
        [
          ["`up` of the million", seconds(of((run) => run.seeded)), ""],
          ["`up` of an empty program", seconds(of((run) => run.empty)), ""],
          ["the file read once", seconds(of((run) => run.read)), ""],
          ["(`up` less the reading) / empty", of((run) => (run.seeded - run.read) / run.empty).toFixed(2), "2"],
          ["the stack's state", `${whole(state / 1000)} KB`, "500 KB"],
        ],
      ),
    ].join("\n\n"),
  };
}

/** Times one read of the repository, in milliseconds. */
function readOnce(root: string): number {
  return Number(execFileSync(process.execPath, [join(import.meta.dirname, "read.ts"), root], { encoding: "utf8" }));
}

/** Measures the first `up` of a backfill, from the file to the queue. */
export async function measureFirst(rows = 100_000): Promise<Section> {
  await using emulator = await startRemote();
  await using stack = await stackOfRows(rows, emulator);
  let ms = 0;
  const peak = await peakDuring(stack, async () => {
    ms = await timed(() => up(stack));
  });
  const arrived = await emulator.backlog();
  if (arrived !== rows) throw new Error(`expected ${rows} messages in the queue, found ${arrived}`);
  return {
    name: "first",
    title: `A first \`up\` of ${whole(rows)} messages`,
    text: table(
      ["what", "measured"],
      [
        ["`up --skip-preview`, including Pulumi's start", seconds(ms)],
        ["peak memory of the program's process", `${peak.program} MB`],
        ["peak memory of the provider's process", `${peak.provider} MB`],
      ],
    ),
  };
}
