import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import type { PushResult } from "../../src/cloudflare/index.ts";
import { createThrottle, fileJournals, type Journal, journalHooks, noEntries, runPush } from "../../src/push/index.ts";
import { openAppend } from "../../src/push/journal/append-file.ts";
import { encodeLine, parseContent } from "../../src/push/journal/format.ts";
import { accepted, batches, fakeClient, indices, lost, queue, refused, unsent, virtualClock } from "./fakes.ts";
import { headOf, leftIn, site } from "./journal/journals.ts";

const fates: readonly { readonly answer: PushResult; readonly taken: boolean }[] = [
  { answer: accepted, taken: true },
  { answer: lost, taken: true },
  { answer: lost, taken: false },
  { answer: unsent, taken: false },
  { answer: refused("after_wait", 10250), taken: false },
  { answer: refused("split", 10205), taken: false },
  { answer: refused("no", 10104), taken: false },
];

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "journaled-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return use(folder);
}

/** Returns the lines that a batch of four writes, in order, if its requests get these responses. */
async function writtenOf(answers: readonly PushResult[]): Promise<unknown[]> {
  return inFolder(async (folder) => {
    const clock = virtualClock();
    const journal = await fileJournals(folder).begin(headOf(), noEntries);
    await runPush({
      target: queue,
      batches: batches(4),
      inDoubt: "resend",
      client: fakeClient((_, request) => answers[request] ?? accepted),
      clock,
      throttle: createThrottle({ clock, assume: "nothing" }),
      ...journalHooks(journal, (index) => `key-${index}`),
    });
    await journal.close();
    const [file = ""] = readdirSync(folder);
    const [, , ...written] = readFileSync(join(folder, file), "utf8").trim().split("\n");
    expect(written.pop()).toBe('{"ended":true}');
    return written.map((line) => JSON.parse(line));
  });
}

const sending = (...of: number[]) => ({ sending: of.map((index) => [index, `key-${index}`]) });

test("a refused message is not in doubt while it waits; each outcome is written", async () => {
  const answers = [refused("after_wait", 10250), unsent, refused("split", 10205), accepted, refused("no", 10203)];
  expect(await writtenOf(answers)).toEqual([
    sending(0, 1, 2, 3),
    { notSent: [0, 1, 2, 3] },
    sending(0, 1, 2, 3),
    { notSent: [0, 1, 2, 3] },
    sending(0, 1, 2, 3),
    { notSent: [0, 1, 2, 3] },
    sending(0, 1),
    { pushed: [0, 1] },
    sending(2, 3),
    { notSent: [2, 3] },
  ]);
});

test("a message in doubt stays so, whatever is refused after it", async () => {
  const answers = [lost, refused("after_wait", 10250), refused("split", 10205), accepted, refused("no", 10203)];
  expect(await writtenOf(answers)).toEqual([sending(0, 1, 2, 3), { possibleDuplicates: [0, 1] }, { inDoubt: [2, 3] }]);
});

test("a run that is killed while it waits after a refusal has nothing in doubt", async () => {
  await inFolder(async (folder) => {
    const clock = virtualClock();
    const journals = fileJournals(folder);
    const journal = await journals.begin(headOf(), noEntries);
    const waiting = Promise.withResolvers<void>();
    const stop = new AbortController();
    const run = runPush({
      target: queue,
      batches: batches(4),
      inDoubt: "stop",
      client: fakeClient(() => refused("after_wait", 10429, { retryAfterMs: 300_000 })),
      clock: {
        ...clock,
        sleep(ms, signal) {
          waiting.resolve();
          return setTimeout(ms, undefined, signal === undefined ? {} : { signal });
        },
      },
      stop: stop.signal,
      throttle: createThrottle({ clock, assume: "nothing" }),
      ...journalHooks(journal, (index) => `key-${index}`),
    });
    await waiting.promise;
    expect(await leftIn(journals)).toEqual({ pushed: [], inDoubt: [] });
    stop.abort();
    await run;
    await journal.close();
  });
});

describe.runIf(existsSync("/dev/full"))("on a disk that is full", () => {
  /** Makes a run in which the lines of one kind are written to a full disk, and the others are dropped. */
  async function fullRun(kind: "sending" | "outcome") {
    const file = await openAppend("/dev/full");
    const journal: Journal = {
      id: "id",
      lineage: "the ledger",
      recordSending: async (entries) => (kind === "sending" ? file.append(encodeLine.sending(entries)) : undefined),
      recordOutcome: async (state, at) => (kind === "outcome" ? file.append(encodeLine.outcome(state, at)) : undefined),
      assertOwned: async () => {},
      close: () => file.close(),
      discard: async () => {},
    };
    const clock = virtualClock();
    // One response after the other, so that each outcome sees the file as the previous one left it.
    let answers = Promise.resolve();
    const wait = () => {
      answers = answers.then(() => setTimeout(20));
      return answers;
    };
    const client = fakeClient(() => accepted, wait);
    const report = await runPush({
      target: queue,
      batches: batches(...Array<number>(50).fill(2)),
      inDoubt: "resend",
      client,
      clock,
      throttle: createThrottle({ clock, assume: "nothing" }),
      ...journalHooks(journal, (index) => `key-${index}`),
    });
    await journal.close();
    expect(report.failure).toMatchObject({ retry: "no", message: expect.stringContaining("ENOSPC") });
    return { report, client };
  }

  test("a run ends, and sends nothing", async () => {
    const { report, client } = await fullRun("sending");
    expect(client.sent).toEqual([]);
    expect(report.messages).toMatchObject({ pushed: 0, inDoubt: 0 });
  });

  test("a run ends once the requests in flight are answered, and counts what they pushed", async () => {
    const { report, client } = await fullRun("outcome");
    expect(client.sent.length).toBeGreaterThan(2);
    expect(report.messages).toMatchObject({ pushed: client.sent.length * 2, inDoubt: 0 });
  });
});

test("killed at any moment, the journal has every message of the queue, and claims no other", async () => {
  await inFolder(async (folder) => {
    const plan = fc.record({
      sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 }),
      fates: fc.array(fc.constantFrom(...fates), { maxLength: 24 }),
      inDoubt: fc.constantFrom("resend" as const, "stop" as const),
    });
    await fc.assert(
      fc.asyncProperty(plan, async (drawn) => {
        const clock = virtualClock();
        const journals = fileJournals(folder);
        for (const found of await journals.list(site)) await journals.drop(found);
        const journal = await journals.begin(headOf(), noEntries);
        const [file = ""] = readdirSync(folder);
        const inQueue = new Set<string>();
        // Checks what a kill at this moment would leave.
        const look = () => {
          const { entries } = parseContent(readFileSync(join(folder, file), "utf8"), file);
          const known = new Set([...entries.pushed, ...entries.inDoubt]);
          for (const key of inQueue) expect(known).toContain(key);
          for (const key of entries.pushed) expect(inQueue).toContain(key);
        };
        const hooks = journalHooks(journal, (index) => `key-${index}`);
        const report = await runPush({
          target: queue,
          batches: batches(...drawn.sizes),
          inDoubt: drawn.inDoubt,
          client: fakeClient((batch, request) => {
            const { answer, taken } = drawn.fates[request] ?? { answer: accepted, taken: true };
            if (taken) for (const index of indices(batch)) inQueue.add(`key-${index}`);
            look();
            return answer;
          }),
          clock,
          throttle: createThrottle({ clock, assume: "nothing" }),
          before: hooks.before,
          onRefusal: async (batch) => {
            look();
            await hooks.onRefusal(batch);
            look();
          },
          onOutcome: async (outcome) => {
            look();
            await hooks.onOutcome(outcome);
            look();
          },
        });
        await journal.close();
        // A failed check would be reported as an exception.
        expect(report.exception).toBeUndefined();
        const left = await leftIn(journals);
        const { pushed, inDoubt, possibleDuplicates } = report.messages;
        expect([left.pushed.length, left.inDoubt.length]).toEqual([pushed, inDoubt + possibleDuplicates]);
      }),
      { numRuns: 60 },
    );
  });
});

test("a run whose journal was taken by another one makes no further request", async () => {
  await inFolder(async (folder) => {
    const clock = virtualClock();
    const journals = fileJournals(folder);
    const journal = await journals.begin(headOf(), noEntries);
    const client = fakeClient(async () => {
      const [found] = await journals.list(site);
      if (found !== undefined) await journals.take(found);
      return accepted;
    });
    const report = await runPush({
      target: queue,
      batches: batches(...Array<number>(100).fill(1)),
      inDoubt: "resend",
      client,
      clock,
      throttle: createThrottle({ clock, assume: "nothing" }),
      ...journalHooks(journal, (index) => `key-${index}`),
    });
    await journal.close();
    expect(report.failure?.message).toMatch(/^JOURNAL_TAKEN: /);
    expect(client.sent.length).toBeLessThan(100);
    // The run that took the journal has exactly the requests that were made.
    const { pushed, inDoubt } = await leftIn(journals);
    expect(pushed.length + inDoubt.length).toBe(client.sent.length);
  });
});

test("a journal is looked for again before a request that repeats an earlier one", async () => {
  const calls: string[] = [];
  const journal: Journal = {
    id: "id",
    lineage: "the ledger",
    recordSending: async () => void calls.push("sending"),
    recordOutcome: async () => {},
    assertOwned: async () => void calls.push("owned"),
    close: async () => {},
    discard: async () => {},
  };
  const { before } = journalHooks(journal, (index) => `key-${index}`);
  const [batch = []] = batches(2);
  await before(batch);
  await before(batch);
  expect(calls).toEqual(["sending", "owned", "owned"]);
});
