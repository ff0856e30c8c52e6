import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { FaultEffect } from "../../../src/emulator/index.ts";
import type { AskStatus, PushAnswer } from "../../../src/producer/answers.ts";
import { type Random, seeded } from "../../engine/soak/random.ts";
import { deployment, NoLedgerError, numberOf } from "../../producer/support/requests.ts";
import { type Running, type Runtime, startRunning } from "./runtime.ts";

export interface SoakSetup {
  readonly runtime: Runtime;
  readonly seed: number;
  readonly messages: number;
  /** What happens to messages in doubt: they are sent again, or given up. */
  readonly policy: "resend" | "stop";
  /** Whether the runtime is killed, objects are reset and the queue's answers are lost. Otherwise only the Worker's answers are. */
  readonly isDeadly: boolean;
}

export interface SoakResult {
  readonly setup: SoakSetup;
  /** How often each message is in the queue. */
  readonly times: readonly number[];
  /** Messages that an answer reported as possibly there twice, and those that were given up in doubt. */
  readonly reported: ReadonlySet<number>;
  readonly givenUp: ReadonlySet<number>;
  /** What the ledger has of each message at the end. */
  readonly statuses: readonly AskStatus[];
  readonly counts: Counts;
}

export interface Counts {
  requests: number;
  lost: number;
  refused: number;
  inDoubt: number;
  repeated: number;
  kills: number;
  resets: number;
}

const callers = 6;
const wrapped = ["reset-worker.js", "../../../src/producer/worker.js"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);
const refusals = [10204, 10205, 10250, 10251, 10252, 10253] as const;

/**
 * Pushes messages through the Worker, packed at random and in another way each time, under faults that are drawn from the seed,
 * until every one of them is accepted or given up.
 */
export async function soak(setup: SoakSetup): Promise<SoakResult> {
  const random = seeded(setup.seed);
  const storage = await mkdtemp(join(tmpdir(), "soak-"));
  try {
    await using running = await startRunning(setup.runtime, { storage, files: wrapped });
    addFaults(running, setup, random);
    const counts: Counts = { requests: 0, lost: 0, refused: 0, inDoubt: 0, repeated: 0, kills: 0, resets: 0 };
    const pending = Array.from({ length: setup.messages }, (_, number) => number);
    const doubt = new Set<number>();
    const reported = new Set<number>();
    const givenUp = new Set<number>();
    let open = setup.messages;

    const settle = (batch: readonly number[], answer: PushAnswer) => {
      const held = new Set(answer.in_doubt.map(numberOf));
      for (const key of answer.possible_duplicates) reported.add(numberOf(key));
      counts.repeated += answer.repeated;
      counts.inDoubt += held.size;
      if (answer.state === "refused") counts.refused += 1;
      for (const number of batch) {
        if (held.has(number)) {
          doubt.add(number);
          if (setup.policy === "resend") pending.push(number);
          else {
            givenUp.add(number);
            open -= 1;
          }
        } else if (answer.state === "refused") pending.push(number);
        else open -= 1;
      }
    };
    const push = async () => {
      while (open > 0) {
        const batch = draw(pending, random);
        if (batch.length === 0) {
          await sleep(1);
          continue;
        }
        counts.requests += 1;
        const resend_in_doubt = setup.policy === "resend" && batch.some((number) => doubt.has(number));
        try {
          settle(batch, await running.caller.push(batch, { resend_in_doubt }));
        } catch (error) {
          if (error instanceof NoLedgerError && error.isRejection) throw error;
          counts.lost += 1;
          pending.push(...batch);
        }
      }
    };
    const over = new AbortController();
    const killer = setup.isDeadly ? kill(running, seeded(setup.seed + 1), counts, over.signal) : undefined;
    await Promise.all(Array.from({ length: callers }, push));
    over.abort();
    await killer;
    running.emulator.faults.clear();
    // What a killed runtime sent may still be on its way to the queue.
    await running.emulator.idle();
    const times = new Array<number>(setup.messages).fill(0);
    for (const number of running.arrived()) times[number] = (times[number] ?? 0) + 1;
    const statuses: AskStatus[] = [];
    for (let from = 0; from < setup.messages; from += 5_000) {
      const numbers = times.slice(from, from + 5_000).map((_, at) => from + at);
      const answer = await running.caller.ask(numbers);
      statuses.push(...answer.statuses);
      for (const key of answer.possible_duplicates) reported.add(numberOf(key));
    }
    return { setup, times, reported, givenUp, statuses, counts };
  } finally {
    await rm(storage, { recursive: true, force: true });
  }
}

/** Returns what contradicts the guarantees: an empty list for a Worker that keeps them. */
export function findViolations({ setup, times, reported, givenUp, statuses }: SoakResult): string[] {
  const { policy, isDeadly } = setup;
  const found = times.flatMap((count, number) => [
    ...(count === 0 && !givenUp.has(number) ? [`${number} is lost`] : []),
    ...(count > 1 && policy === "stop"
      ? [`${number} is there ${count} times, although it was never to be sent again`]
      : []),
    ...(count > 1 && !reported.has(number) ? [`${number} is there ${count} times, and was not reported`] : []),
    ...(statuses[number] === "unseen" && count > 0 ? [`${number} is there, and the ledger has not seen it`] : []),
    ...(statuses[number] === "accepted" && count === 0
      ? [`${number} is not there, and the ledger has it as accepted`]
      : []),
  ]);
  const doubts = isDeadly ? [] : [...reported, ...givenUp];
  return [
    ...found,
    ...doubts.map((number) => `${number} is in doubt, although only the Worker's own answers were lost`),
  ];
}

/** Takes a batch out of the pending messages: some from here, some from there, as later runs pack what is left. */
function draw(pending: number[], random: Random): number[] {
  const size = random.between(1, 100);
  const batch: number[] = [];
  while (batch.length < size && pending.length > 0) {
    batch.push(...pending.splice(random.int(pending.length), random.between(1, size - batch.length)));
  }
  return batch;
}

/** Kills the runtime or resets the object, each time after some requests to the queue. */
async function kill(running: Running, random: Random, counts: Counts, over: AbortSignal): Promise<void> {
  const ended = new Promise<void>((resolve) => over.addEventListener("abort", () => resolve()));
  while (!over.aborted) {
    let left = random.between(5, 40);
    const due = running.emulator.nextRequest(({ route }) => route === "binding" && --left <= 0);
    await Promise.race([due, ended]);
    if (over.aborted) return;
    if (random.int(2) === 0) {
      counts.kills += 1;
      await running.restart();
    } else {
      counts.resets += 1;
      await fetch(new URL(`/reset/orders/${deployment}`, running.base)).catch(() => {});
    }
  }
}

function addFaults({ emulator }: Running, { isDeadly, seed }: SoakSetup, random: Random): void {
  const add = (route: "producer" | "binding", effect: FaultEffect, share: number) => {
    emulator.faults.add({ match: { route, method: "POST" }, effect, share, seed: seed + random.int(1_000_000) });
  };
  add("producer", { kind: "lost", when: "before" }, 0.05);
  add("producer", { kind: "lost", when: "after" }, 0.1);
  add("producer", { kind: "truncate" }, 0.03);
  add("producer", { kind: "garbage" }, 0.03);
  add("producer", { kind: "status", status: 502, when: "after" }, 0.03);
  add("producer", { kind: "status", status: 429, body: "null" }, 0.03);
  for (const code of refusals) add("binding", { kind: "error", code }, 0.02);
  add("binding", { kind: "delay", ms: 15, when: "before" }, 0.2);
  add("binding", { kind: "delay", ms: 15, when: "after" }, 0.2);
  if (!isDeadly) return;
  add("binding", { kind: "lost", when: "before" }, 0.01);
  add("binding", { kind: "lost", when: "after" }, 0.01);
  add("binding", { kind: "error", code: 15_000, when: "after" }, 0.01);
  add("binding", { kind: "error", code: 10_201, when: "before" }, 0.01);
}

/** Returns a line about a result. */
export function summarize(result: SoakResult): string {
  const { setup, times, reported, givenUp, counts } = result;
  const lost = times.filter((count, number) => count === 0 && !givenUp.has(number)).length;
  const twice = times.filter((count) => count > 1).length;
  const faults = setup.isDeadly ? "kills, resets and cut connections" : "cut connections";
  return (
    `${setup.policy}, ${faults}: ${setup.messages} messages, lost ${lost}, there twice ${twice}, ` +
    `reported as possibly twice ${reported.size}, given up in doubt ${givenUp.size}; ${JSON.stringify(counts)}`
  );
}
