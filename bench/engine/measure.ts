import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { writeRequestFile } from "../../src/cli/shared/request-file.ts";
import { compileCacheFolder } from "../../src/compile-cache.mjs";
import { urns } from "../../src/urn.ts";
import { withDisposable } from "../../src/with-disposable.ts";
import type { OwnStack } from "../../test/engine/support/stack.ts";
import { temporaryFolder } from "../../test/manifest/support/fixture.ts";
import { type RemoteEmulator, startRemote } from "../support/emulator.ts";
import { judged, kilobytes, median, megabytes, seconds, table, timed, times, whole } from "../support/measure.ts";
import type { Section } from "../support/results.ts";
import { type Peak, peakDuring } from "./memory.ts";
import { dataFile, emptyStack, seederSettings, stackOfManifests, stackOfRows, up } from "./stacks.ts";

/** Marks the messages of {@link stackOfRows} as pushed, which leaves the same state as pushing them. */
export async function baseline(stack: OwnStack): Promise<void> {
  const segments = urns.segment(stack.name, "queue-seeder", "backfill");
  const repair = { action: "baseline", manifest: "backfill", segments, messages: undefined } as const;
  const request = writeRequestFile({ plan: undefined, approvedPushes: undefined, repair });
  await withDisposable(request, ({ env }) => up(stack, env));
}

/** Measures `up --skip-preview` with a million messages that were pushed before, in turn with an empty program. */
export async function measureMillion(rounds = 3, rows = 1_000_000): Promise<Section> {
  await using emulator = await startRemote();
  await using seeded = await stackOfRows(rows, emulator, 300);
  await using empty = await emptyStack();
  await baseline(seeded);
  for (const stack of [seeded, empty]) await up(stack);
  const runs: { seeded: number; empty: number; hash: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    runs.push({
      seeded: await timed(() => up(seeded)),
      empty: await timed(() => up(empty)),
      hash: hashOnce(join(seeded.project.dir, dataFile)),
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
      `\`pulumi up --skip-preview\` with an unchanged data file of ${whole(rows)} rows of 380 bytes, compared with a program that does ` +
        `nothing; alternating runs, medians of ${rounds} rounds. "The hash" is a bare loop that reads the file and hashes it, in a process of its own.`,
      table(
        ["what", "measured", "aim", ""],
        [
          ["`up` of the million", seconds(of((run) => run.seeded)), "", ""],
          ["`up` of an empty program", seconds(of((run) => run.empty)), "", ""],
          ["the hash", seconds(of((run) => run.hash)), "", ""],
          [
            "(`up` less the hash) / empty",
            ...judged(
              of((run) => (run.seeded - run.hash) / run.empty),
              { most: 2 },
              times,
            ),
          ],
          ["the stack's state", ...judged(state, { most: 500_000 }, kilobytes)],
        ],
      ),
    ].join("\n\n"),
  };
}

/** Times a bare loop that hashes a file, in milliseconds. */
function hashOnce(file: string): number {
  return Number(execFileSync(process.execPath, [join(import.meta.dirname, "hash.ts"), file], { encoding: "utf8" }));
}

/** Measures the first `up` of a backfill, from the file to the queue, with and without the settings of `queue-seeder up`. */
export async function measureFirst(rows = 100_000): Promise<Section> {
  await using emulator = await startRemote();
  await using stack = await stackOfRows(rows, emulator);
  using cache = temporaryFolder();
  const settings = seederSettings(cache.path);
  const run = (env?: Readonly<Record<string, string>>) => firstRun(stack, emulator, rows, env);
  // The projects of the bench share the repository's node_modules, and with it the compile cache.
  rmSync(compileCacheFolder, { recursive: true, force: true });
  const fresh = await run();
  const compiled = await run();
  await run(settings);
  const seeder = await run(settings);
  const memory = (label: string, { peak }: FirstRun) => [
    [`peak memory of the program's process${label}`, ...judged(peak.program, { most: 150 }, megabytes)],
    [`peak memory of the provider's process${label}`, ...judged(peak.provider, { most: 250 }, megabytes)],
  ];
  return {
    name: "first",
    title: `A first \`up\` of ${whole(rows)} messages`,
    text: [
      "In a fresh clone, whose TypeScript Node first has to convert; in one where Pulumi ran before, so that Node's compile cache has the " +
        "converted code, as a package from a registry does; and there with the environment that `queue-seeder up` gives to Pulumi.",
      table(
        ["what", "measured", "aim", ""],
        [
          ["`up --skip-preview`, including Pulumi's start", seconds(fresh.ms), "", ""],
          ...memory("", fresh),
          ["`up --skip-preview` where Pulumi ran before", seconds(compiled.ms), "", ""],
          ...memory(", where Pulumi ran before", compiled),
          ["`up --skip-preview` with the settings of `queue-seeder up`", seconds(seeder.ms), "", ""],
          ...memory(", with the settings of `queue-seeder up`", seeder),
        ],
      ),
    ].join("\n\n"),
  };
}

interface FirstRun {
  readonly ms: number;
  readonly peak: Peak;
}

/** Deploys to an empty stack and an empty queue, and leaves both empty. */
async function firstRun(
  stack: OwnStack,
  emulator: RemoteEmulator,
  rows: number,
  env: Readonly<Record<string, string>> = {},
): Promise<FirstRun> {
  let ms = 0;
  const peak = await peakDuring(stack, async () => {
    ms = await timed(() => up(stack, env));
  });
  const arrived = await emulator.backlog();
  if (arrived !== rows) throw new Error(`expected ${rows} messages in the queue, found ${arrived}`);
  await emulator.purge();
  const { code, stderr } = await stack.destroy();
  if (code !== 0) throw new Error(stderr);
  return { ms, peak };
}

/** Measures a first run and a run with nothing to push of many manifests. */
export async function measureManifests(manifests = 1_000): Promise<Section> {
  await using emulator = await startRemote();
  await using stack = await stackOfManifests(manifests, emulator);
  const first = await timed(() => up(stack));
  const arrived = await emulator.backlog();
  if (arrived !== manifests * 10) throw new Error(`expected ${manifests * 10} messages in the queue, found ${arrived}`);
  const noOp = await timed(() => up(stack));
  return {
    name: "manifests",
    title: `${whole(manifests)} manifests of 10 messages`,
    text: table(
      ["what", "measured", "aim", ""],
      [
        ["the first `up --skip-preview`", ...judged(first, { most: 60_000 }, seconds)],
        ["`up --skip-preview` with nothing to push", ...judged(noOp, { most: 15_000 }, seconds)],
        ["the stack's state", kilobytes(Buffer.byteLength(stack.exportState())), "", ""],
      ],
    ),
  };
}
