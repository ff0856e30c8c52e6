import { type RemoteEmulator, startRemote } from "../support/emulator.ts";
import { judged, median, ratio, table, timed, times, whole } from "../support/measure.ts";
import type { Section } from "../support/results.ts";
import { type Contender, handWritten, raw, sdkBulkPush, sdkPush, seeder } from "./contenders.ts";
import { type Corpus, makeCorpus } from "./corpus.ts";

/** The contenders, by key. */
const contenders = {
  raw: { name: "the requests alone, their bodies made beforehand (the limit)", run: raw },
  seeder: { name: "queue-seeder: file, checks, digests, packing, pace, push", run: seeder },
  handWritten: { name: "hand-written loop: readline, JSON.parse, `fetch`, full batches, 8 at once", run: handWritten },
  sdkBulkPush: { name: "`cloudflare` SDK, `bulkPush` of 100, one after another", run: sdkBulkPush },
  sdkPush: { name: "`cloudflare` SDK, `push`, one after another", run: sdkPush },
} as const satisfies Record<string, { name: string; run: Contender }>;

type Name = keyof typeof contenders;

/** How many times as fast as a contender queue-seeder should be. */
type Aims = Readonly<Partial<Record<Name, number>>>;

/** Messages per round, by contender: enough for at least a tenth of a second. */
type Amounts = Readonly<Partial<Record<Name, number>>>;

interface Case {
  /** Characters of free text in each body, which has about 130 bytes more. */
  readonly filling: number;
  readonly delayMs: number;
  readonly amounts: Amounts;
  readonly aims?: Aims;
}

const all: Amounts = { raw: 40_000, seeder: 40_000, handWritten: 40_000, sdkBulkPush: 10_000, sdkPush: 1_000 };

const cases: readonly Case[] = [
  { filling: 250, delayMs: 0, amounts: all, aims: { handWritten: 1, sdkBulkPush: 2 } },
  { filling: 0, delayMs: 0, amounts: { raw: 40_000, seeder: 40_000 } },
  { filling: 2_250, delayMs: 0, amounts: { raw: 10_000, seeder: 10_000 } },
  // A real API is not on the same machine.
  {
    filling: 250,
    delayMs: 20,
    amounts: { ...all, sdkBulkPush: 1_000, sdkPush: 20 },
    aims: { handWritten: 1.4, sdkBulkPush: 11 },
  },
];

/** The result of one round of a contender. */
export interface Round {
  readonly messagesPerSecond: number;
  /** Processor time of the pushing process, in milliseconds per thousand messages. */
  readonly processorMs: number;
}

type Found = ReadonlyMap<Name, readonly Round[]>;

/** Measures the messages per second of each contender, in turn, on one emulator. */
export async function measurePush(rounds = 9): Promise<Section> {
  const parts: string[] = [];
  for (const each of cases) {
    const { bytes, found } = await measureCase(each, rounds);
    const latency = each.delayMs === 0 ? "without latency" : `answers ${each.delayMs} ms later`;
    parts.push(`Bodies of ${whole(bytes)} bytes, ${latency}:`, caseTable(found, each.aims));
  }
  return {
    name: "push",
    title: "Messages per second without Pulumi",
    text: [
      "One process pushes to an emulator without limits in another process, on the same machine. The contenders take turns; a figure is " +
        `the median of ${rounds} rounds, a ratio the median of the ratios of each round. Without latency, only the processor limits ` +
        "them. Every contender starts from the same NDJSON file on disk and ends with the same messages acknowledged; only the bare " +
        "requests, which are the limit, have their bodies made beforehand. A real API is not on the same machine; see the last table.",
      ...parts,
    ].join("\n\n"),
  };
}

function caseTable(found: Found, aims: Aims = {}): string {
  const rates = (name: Name) => (found.get(name) ?? []).map(({ messagesPerSecond }) => messagesPerSecond);
  const rows = [...found.keys()].map((name) => [
    contenders[name].name,
    whole(median(rates(name))),
    median((found.get(name) ?? []).map(({ processorMs }) => processorMs)).toFixed(1),
    ...compare(name === "seeder" ? undefined : ratio(rates("seeder"), rates(name)), aims[name]),
  ]);
  return table(["what", "messages a second", "processor, ms for 1,000", "queue-seeder is", "aim", ""], rows);
}

function compare(found: number | undefined, aim: number | undefined): readonly string[] {
  if (found === undefined) return ["", "", ""];
  return aim === undefined ? [times(found), "", ""] : judged(found, { least: aim }, times);
}

async function measureCase({ filling, delayMs, amounts }: Case, rounds: number) {
  await using emulator = await startRemote({ delayMs });
  const names = Object.keys(amounts) as Name[];
  const corpora = new Map<number, Corpus>();
  const found = new Map(names.map((name) => [name, [] as Round[]]));
  try {
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      for (const name of names) {
        const messages = amounts[name] ?? 0;
        const corpus = corpora.get(messages) ?? makeCorpus(messages, filling);
        corpora.set(messages, corpus);
        const result = await measureRound(contenders[name].run, corpus, emulator);
        if (round > 0) found.get(name)?.push(result);
      }
    }
    const [some] = corpora.values();
    return { bytes: Buffer.byteLength(JSON.stringify(some?.bodies[0])), found };
  } finally {
    for (const corpus of corpora.values()) corpus[Symbol.dispose]();
  }
}

/** @throws Error unless every message arrived exactly once */
export async function measureRound(run: Contender, corpus: Corpus, emulator: RemoteEmulator): Promise<Round> {
  const { length } = corpus.bodies;
  const before = process.cpuUsage();
  const ms = await timed(() => run(corpus, emulator));
  const { user, system } = process.cpuUsage(before);
  const arrived = await emulator.backlog();
  if (arrived !== length) throw new Error(`${arrived} of ${length} messages arrived`);
  await emulator.purge();
  return { messagesPerSecond: (length * 1000) / ms, processorMs: (user + system) / length };
}
