import { startEmulator } from "../src/emulator/index.ts";
import { makeStack, type OwnStack } from "../test/engine/support/stack.ts";

/**
 * How long `pulumi up --skip-preview` takes when there is nothing to push, beside an empty program on the same engine. The
 * two take turns, so that a machine whose speed drifts does not favour one; the figure is the median of the ratios.
 *
 *     node bench/no-op.ts [rounds]
 */
const rounds = Number(process.argv[2] ?? 7);

async function timed(stack: OwnStack): Promise<number> {
  const start = performance.now();
  const { code, stdout, stderr } = await stack.up();
  if (code !== 0) throw new Error(stdout + stderr);
  return performance.now() - start;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

const names = ["orders", "emails", "cache"];
await using emulator = await startEmulator({ queues: names.map((name) => ({ name })) });
await using seeded = await makeStack({
  name: "dev",
  copy: ["Pulumi.yaml", "package.json", "infra", "src", "messages"],
  config: {
    "queue-seeder:accountId": emulator.accountId,
    "queue-seeder:queues": Object.fromEntries(names.map((name) => [name, { id: emulator.queueId(name) }])),
  },
  env: { CLOUDFLARE_BASE_URL: emulator.baseUrl, CLOUDFLARE_API_TOKEN: emulator.token },
});
await using empty = await makeStack({
  name: "dev",
  copy: ["Pulumi.yaml", "package.json"],
  files: { "infra/index.ts": "export const nothing = 0;\n" },
});

await timed(seeded);
await timed(empty);
const pushed = emulator.requests.length;
const pairs: { seeded: number; empty: number }[] = [];
for (let round = 0; round < rounds; round += 1) {
  pairs.push({ seeded: await timed(seeded), empty: await timed(empty) });
}
if (emulator.requests.length !== pushed) throw new Error("a run that was to push nothing made requests");

const seconds = (values: readonly number[]) => (median(values) / 1000).toFixed(2);
console.log(
  `no-op up of this repository's messages: ${seconds(pairs.map((pair) => pair.seeded))} s (median of ${rounds})`,
);
console.log(`up of an empty program:                 ${seconds(pairs.map((pair) => pair.empty))} s`);
console.log(
  `ratio:                                  ${median(pairs.map((pair) => pair.seeded / pair.empty)).toFixed(2)}`,
);
