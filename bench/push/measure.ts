import { startRemote } from "../support/emulator.ts";
import { median, ratio, table, timed, whole } from "../support/measure.ts";
import type { Section } from "../support/results.ts";
import { type Contender, handWritten, raw, sdkBulkPush, sdkPush, seeder } from "./contenders.ts";
import { type Corpus, makeCorpus } from "./corpus.ts";

/** Whose messages a second are measured, and how many messages they get: enough for a tenth of a second and more. */
const contenders = {
  seeder: { name: "queue-seeder: file, checks, digests, packing, pace, push", run: seeder, messages: 40_000 },
  raw: { name: "the requests alone, their bodies made beforehand (the limit)", run: raw, messages: 40_000 },
  handWritten: { name: "hand-written loop over `fetch`, full batches, 8 at once", run: handWritten, messages: 40_000 },
  sdkBulkPush: { name: "`cloudflare` SDK, `bulkPush` of 100, one after another", run: sdkBulkPush, messages: 10_000 },
  sdkPush: { name: "`cloudflare` SDK, `push`, one after another", run: sdkPush, messages: 1_000 },
} as const satisfies Record<string, { name: string; run: Contender; messages: number }>;

type Name = keyof typeof contenders;

/** Free text in each body; a body has about 150 bytes more. */
const sizes = [
  { filling: 0, names: ["raw", "seeder"] },
  { filling: 250, names: ["raw", "seeder", "handWritten", "sdkBulkPush", "sdkPush"] },
  { filling: 2_250, names: ["raw", "seeder"] },
] as const satisfies readonly { filling: number; names: readonly Name[] }[];

const aims = { sdkPush: 50, sdkBulkPush: 3, raw: 0.9 } as const satisfies Partial<Record<Name, number>>;

/** Messages a second of each way to push, in turn on one emulator. */
export async function measurePush(rounds = 9): Promise<Section> {
  await using emulator = await startRemote();
  const rates = (names: readonly Name[], filling: number) => measureAll(names, filling, rounds, emulator);
  const parts: string[] = [];
  for (const { filling, names } of sizes) {
    const { bytes, found } = await rates(names, filling);
    parts.push(
      `Bodies of ${whole(bytes)} bytes:`,
      table(
        ["what", "messages a second", "queue-seeder is", "aim"],
        names.map((name) => row(name, found)),
      ),
    );
  }
  return {
    name: "push",
    title: "Messages a second without the engine",
    text: [
      "One process pushes, another is the emulator without limits, on the same machine and without any latency. The contenders " +
        `take turns; a rate is the median of ${rounds} rounds, a ratio the median of the ratios round by round.`,
      ...parts,
    ].join("\n\n"),
  };
}

type Rates = Readonly<Partial<Record<Name, readonly number[]>>>;

function row(name: Name, found: Rates): string[] {
  const own = found[name] ?? [];
  const times = name === "seeder" ? "" : `${ratio(found.seeder ?? [], own).toFixed(2)} times`;
  const aim = name in aims ? String(aims[name as keyof typeof aims]) : "";
  return [contenders[name].name, whole(median(own)), times, aim];
}

async function measureAll(
  names: readonly Name[],
  filling: number,
  rounds: number,
  emulator: Awaited<ReturnType<typeof startRemote>>,
): Promise<{ bytes: number; found: Rates }> {
  const corpora = new Map<number, Corpus>();
  const corpusFor = (name: Name) => {
    const { messages } = contenders[name];
    const corpus = corpora.get(messages) ?? makeCorpus(messages, filling);
    corpora.set(messages, corpus);
    return corpus;
  };
  const found: Partial<Record<Name, number[]>> = Object.fromEntries(names.map((name) => [name, []]));
  try {
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      for (const name of names) {
        const corpus = corpusFor(name);
        const ms = await timed(() => contenders[name].run(corpus, emulator));
        const arrived = await emulator.backlog();
        if (arrived !== corpus.bodies.length) throw new Error(`${name}: ${arrived} messages arrived`);
        await emulator.purge();
        if (round > 0) found[name]?.push((corpus.bodies.length * 1000) / ms);
      }
    }
    const [some] = corpora.values();
    return { bytes: Buffer.byteLength(JSON.stringify(some?.bodies[0])), found };
  } finally {
    for (const corpus of corpora.values()) corpus[Symbol.dispose]();
  }
}
