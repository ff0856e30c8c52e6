import { startEmulator } from "../../src/emulator/index.ts";
import { makeStack } from "../../test/engine/support/stack.ts";
import { temporaryFolder } from "../../test/manifest/support/fixture.ts";
import { judged, median, ratio, table, timed, times } from "../support/measure.ts";
import type { Section } from "../support/results.ts";
import { dynamicStack, emptyStack, seederSettings, up } from "./stacks.ts";

const queues = ["orders", "emails", "cache"];

/** Measures `up` with nothing to push, in turn with an empty program. */
export async function measureNoOp(rounds = 7): Promise<Section> {
  await using emulator = await startEmulator({ queues: queues.map((name) => ({ name })) });
  await using seeded = await makeStack({
    name: "dev",
    copy: ["Pulumi.yaml", "package.json", "infra", "src", "messages"],
    config: {
      "queue-seeder:accountId": emulator.accountId,
      "queue-seeder:queues": Object.fromEntries(queues.map((name) => [name, { id: emulator.queueId(name) }])),
    },
    env: { CLOUDFLARE_BASE_URL: emulator.baseUrl, CLOUDFLARE_API_TOKEN: emulator.token },
  });
  await using empty = await emptyStack();
  await using dynamic = await dynamicStack();
  using cache = temporaryFolder();
  const cached = seederSettings(cache.path);
  const runs = {
    seeded: () => up(seeded),
    cached: () => up(seeded, cached),
    dynamic: () => up(dynamic),
    empty: () => up(empty),
  };
  // The first run pushes; from the second on, Node's compile caches are warm.
  for (const run of [...Object.values(runs), ...Object.values(runs)]) await run();
  const pushed = emulator.requests.length;
  const measured = { seeded: [] as number[], cached: [] as number[], dynamic: [] as number[], empty: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    measured.seeded.push(await timed(runs.seeded));
    measured.cached.push(await timed(runs.cached));
    measured.dynamic.push(await timed(runs.dynamic));
    measured.empty.push(await timed(runs.empty));
  }
  if (emulator.requests.length !== pushed) throw new Error("a run that was to push nothing made requests");
  const inSeconds = (values: readonly number[]) => `${(median(values) / 1000).toFixed(2)} s`;
  return {
    name: "no-op",
    title: "A run with nothing to push",
    text: [
      "`pulumi up --skip-preview` of this repository's own messages, all pushed before, compared with a program that does nothing; " +
        `alternating runs, medians of ${rounds} rounds.`,
      table(
        ["what", "measured", "aim", ""],
        [
          ["nothing to push", inSeconds(measured.seeded), "", ""],
          ["nothing to push, with the settings of `queue-seeder up`", inSeconds(measured.cached), "", ""],
          ["a program with one dynamic resource that does nothing", inSeconds(measured.dynamic), "", ""],
          ["empty program", inSeconds(measured.empty), "", ""],
          ["ratio", ...judged(ratio(measured.seeded, measured.empty), { most: 1.5 }, times)],
          [
            "ratio with the settings of `queue-seeder up`",
            ...judged(ratio(measured.cached, measured.empty), { most: 1.5 }, times),
          ],
          ["ratio to the dynamic resource that does nothing", times(ratio(measured.seeded, measured.dynamic)), "", ""],
        ],
      ),
    ].join("\n\n"),
  };
}
