import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  describeThisProcess,
  type EntryOutcome,
  type FoundJournal,
  fileJournals,
  type Journal,
  type JournalHead,
  type Journals,
  noEntries,
  type RecoveredEntries,
} from "../../../src/push/index.ts";
import { openAppend } from "../../../src/push/journal/append-file.ts";
import { queue } from "../fakes.ts";
import { headOf, leftIn, site } from "./journals.ts";

let folder: string;
let journals: Journals;
const opened: Journal[] = [];

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "journal-")), "journals");
  journals = fileJournals(folder);
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((journal) => journal.close().catch(() => {})));
  await rm(join(folder, ".."), { recursive: true });
});

async function begin(more: Partial<JournalHead> = {}, left: RecoveredEntries = noEntries): Promise<Journal> {
  const journal = await journals.begin(headOf(more), left);
  opened.push(journal);
  return journal;
}

async function only(): Promise<FoundJournal> {
  const [found, another] = await journals.list(site);
  if (found === undefined || another !== undefined) throw new Error("there is to be one journal");
  return found;
}

const path = async () => join(folder, (await readdir(folder))[0] ?? "");
const entries = (...at: number[]) => at.map((index) => ({ at: index, key: `key-${index}` }));

describe("a journal", () => {
  test("does not exist before it begins, and reading does not create it", async () => {
    expect(await journals.list(site)).toEqual([]);
    await expect(readdir(folder)).rejects.toThrow("ENOENT");
  });

  test("records what it began with", async () => {
    const head = headOf({ base: "before", takenOver: ["one"], startsOver: true, uncheckpointed: true, kind: "rows" });
    opened.push(await journals.begin(head, { pushed: ["a"], inDoubt: ["b"] }));
    const found = await only();
    expect(found.head).toMatchObject(head);
    expect(await found.read()).toEqual({ entries: { pushed: ["a"], inDoubt: ["b"] }, own: noEntries, ended: false });
  });

  test("is found even if its head is longer than the first read", async () => {
    await begin({ resource: "x".repeat(50_000) });
    expect((await only()).head.resource).toHaveLength(50_000);
  });

  test("records for the next run pushed messages and those in doubt, and none that were not sent", async () => {
    const journal = await begin({}, { pushed: ["before"], inDoubt: ["doubt"] });
    await journal.recordSending(entries(0, 1));
    await journal.recordOutcome("pushed", [0, 1]);
    await journal.recordSending(entries(2, 3, 4, 5));
    await journal.recordOutcome("notSent", [3]);
    await journal.recordOutcome("inDoubt", [4]);
    await journal.recordOutcome("pushed", [5]);
    const { entries: left, own } = await (await only()).read();
    expect(own).toEqual({ pushed: ["key-0", "key-1", "key-5"], inDoubt: ["key-2", "key-4"] });
    expect(left).toEqual({ pushed: ["before", ...own.pushed], inDoubt: ["doubt", ...own.inDoubt] });
  });

  test("lists messages that were sent again and arrived as both, since they may be in the queue twice", async () => {
    const journal = await begin();
    await journal.recordSending(entries(0, 1));
    await journal.recordOutcome("possibleDuplicates", [0]);
    await journal.recordOutcome("pushed", [1]);
    expect(await leftIn(journals)).toEqual({ pushed: ["key-0", "key-1"], inDoubt: ["key-0"] });
  });

  test("stays when its run ends, and records the end", async () => {
    const journal = await begin();
    await journal.close();
    expect((await (await only()).read()).ended).toBe(true);
  });

  test("is deleted when it is dropped or withdrawn", async () => {
    await begin();
    const found = await only();
    await journals.drop(found);
    expect(await readdir(folder)).toEqual([]);
    await journals.drop(found);
    const second = await journals.begin(headOf(), noEntries);
    await second.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  test.each<[string, Partial<JournalHead>]>([
    ["segment", { segment: 1 }],
    ["queue", { queue: { ...queue, queueId: "c".repeat(32) } }],
    ["account", { queue: { ...queue, accountId: "c".repeat(32) } }],
  ])("does not belong to another %s", async (_, other) => {
    await begin(other);
    expect(await journals.list(site)).toEqual([]);
  });

  test("follows one that began before it", async () => {
    await begin({ id: "AAAAAAAAAAAA", startedAt: "2026-08-01T10:00:00.002Z" });
    await begin({ id: "CCCCCCCCCCCC", startedAt: "2026-08-01T10:00:00.001Z" });
    await begin({ id: "BBBBBBBBBBBB", startedAt: "2026-08-01T10:00:00.001Z" });
    expect((await journals.list(site)).map(({ head }) => head.id[0])).toEqual(["B", "C", "A"]);
  });

  test("is on disk, and private, when sending resolves", async () => {
    const journal = await begin();
    await journal.recordSending(entries(7));
    expect(await readFile(await path(), "utf8")).toContain("key-7");
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(await path())).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toHaveLength(1);
  });

  test("writes the records of concurrent requests in order", async () => {
    const journal = await begin();
    const all = Array.from({ length: 200 }, (_, index) => index);
    await Promise.all(all.map((at) => journal.recordSending(entries(at))));
    await Promise.all(all.map((at) => journal.recordOutcome("pushed", [at])));
    expect((await leftIn(journals)).pushed).toEqual(all.map((at) => `key-${at}`));
  });

  test("is marked when its resource is deleted, and keeps its records", async () => {
    const journal = await begin();
    await journal.recordSending(entries(0));
    await journals.markRemoved(await only());
    expect((await only()).removed).toBe(true);
    await journals.markRemoved(await only());
    const taken = await journals.take(await only());
    expect(taken?.removed).toBe(true);
    expect((await leftIn(journals)).inDoubt).toEqual(["key-0"]);
  });
});

describe("a journal that another run takes over", () => {
  test("has the line of every request that was permitted, and permits no other", async () => {
    const journal = await begin();
    await journal.recordSending(entries(0));
    await journal.assertOwned();
    const taken = await journals.take(await only());
    // The first run still records the requests in flight, but sends no new ones.
    await journal.recordOutcome("pushed", [0]);
    await expect(journal.assertOwned()).rejects.toThrow(/^JOURNAL_TAKEN: /);
    expect((await taken?.read())?.entries).toEqual({ pushed: ["key-0"], inDoubt: [] });
  });

  test("is taken over by only one run", async () => {
    await begin();
    const found = await only();
    const both = await Promise.all([journals.take(found), journals.take(found)]);
    expect(both.filter((taken) => taken !== undefined)).toHaveLength(1);
    expect(await journals.list(site)).toHaveLength(1);
  });
});

describe("the run of a journal is alive", () => {
  const alive = async () => journals.isAlive(await only());

  test("while it runs on this machine", async () => {
    const journal = await begin({ owner: await describeThisProcess() });
    expect(await alive()).toBe(true);
    await journal.close();
    expect(await alive()).toBe(false);
  });

  test("not if another process has its number, or none", async () => {
    const self = await describeThisProcess();
    await begin({ owner: { ...self, started: `1${self.started}` } });
    expect(await alive()).toBe(false);
    await journals.drop(await only());
    await begin({ owner: { ...self, pid: 2 ** 22 + 1 } });
    expect(await alive()).toBe(false);
  });

  test("not if it is on a machine that cannot be observed", async () => {
    await begin();
    expect(await alive()).toBe(false);
  });

  test("if its process runs, and the run has not ended", async () => {
    const self = await describeThisProcess();
    const journal = await begin({ owner: { ...self, pid: process.ppid, started: "" } });
    expect(await alive()).toBe(true);
    await journal.close();
    expect(await alive()).toBe(false);
  });
});

describe("a journal on a damaged disk", () => {
  test("loses no more than its torn last line, wherever it is torn", async () => {
    const journal = await begin();
    await journal.recordSending(entries(0));
    await journal.recordOutcome("pushed", [0]);
    const before = await readFile(await path(), "utf8");
    await journal.recordSending(entries(1, 2));
    const whole = await readFile(await path(), "utf8");
    for (let length = before.length; length < whole.length - 1; length++) {
      await writeFile(await path(), whole.slice(0, length));
      expect(await leftIn(journals)).toEqual({ pushed: ["key-0"], inDoubt: [] });
    }
  });

  test("is an error if a line in the middle is damaged, never empty", async () => {
    const journal = await begin();
    await journal.recordSending(entries(0));
    await journal.recordOutcome("pushed", [0]);
    const [head, left, , ...rest] = (await readFile(await path(), "utf8")).split("\n");
    await writeFile(await path(), [head, left, "\0\0\0\0", ...rest].join("\n"));
    await expect(leftIn(journals)).rejects.toThrow(/is damaged on line 3\. Check the queue, then delete the file/);
  });

  const head = JSON.stringify({ version: 1, ...headOf() });
  const left = '{"left":{"pushed":[],"inDoubt":[]}}';
  test.each([
    ["[]\n{}\n", "line 1"],
    ["", "line 1"],
    [head, "line 1"],
    [`${JSON.stringify({ version: 1, ...headOf(), base: 1 })}\n${left}\n`, "line 1"],
    [`${JSON.stringify({ version: 1, ...headOf(), owner: {} })}\n${left}\n`, "line 1"],
    [`${JSON.stringify({ version: 1, ...headOf(), kind: "other" })}\n${left}\n`, "line 1"],
    [`${head}\n`, "line 2"],
    [`${head}\n{}\n{}\n`, "line 2"],
    [`${head}\n${left}\n{"pushed":[4]}\n`, "line 3"],
    [`${head}\n${left}\n{"sending":[["x",4]]}\n`, "line 3"],
    [`${head}\n${left}\n{"what":1}\n`, "line 3"],
    ['{"version":2,"base":"base"}\n', "was written by a newer version of queue-seeder"],
    ['{"version":0,"base":"base"}\n', "was written by an older version of queue-seeder"],
    [`${JSON.stringify(headOf())}\n${left}\n`, "line 1"],
  ])("is an error if it contains anything but records: %s", async (text, where) => {
    await (await begin()).close();
    await writeFile(await path(), text);
    await expect(leftIn(journals)).rejects.toThrow(where);
  });

  test("names neither its folder nor its content in errors", async () => {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o700);
    const blocked = fileJournals(join(folder, "file", "below"));
    await writeFile(join(folder, "file"), "in the way");
    const error: unknown = await blocked.begin(headOf(), noEntries).catch((reason: unknown) => reason);
    expect(String(error)).toBe(
      "JournalError: the journal cannot be opened (ENOTDIR). Check that its folder is writable and that the disk is not full",
    );
  });
});

test.runIf(existsSync("/dev/full"))("a line that cannot be written is an error, and so is each after it", async () => {
  const file = await openAppend("/dev/full");
  const failed = await Promise.allSettled([file.append("one\n"), file.append("two\n"), file.append("three\n")]);
  expect(failed.map((result) => result.status === "rejected" && result.reason.code)).toEqual(Array(3).fill("ENOSPC"));
  for (const later of ["four\n", "five\n"]) await expect(file.append(later)).rejects.toThrow("ENOSPC");
  const together = await Promise.allSettled([file.append("six\n"), file.append("seven\n")]);
  expect(together.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await file.close();
});

test("each message is in the state that was written last, whatever happens", async () => {
  const states = fc.constantFrom<EntryOutcome | undefined>("pushed", "inDoubt", "notSent", undefined);
  await fc.assert(
    fc.asyncProperty(fc.array(states, { maxLength: 12 }), async (messages) => {
      for (const found of await journals.list(site)) await journals.drop(found);
      const journal = await journals.begin(headOf(), noEntries);
      for (const [at, state] of messages.entries()) {
        await journal.recordSending([{ at, key: `${at}` }]);
        if (state !== undefined) await journal.recordOutcome(state, [at]);
      }
      await journal.close();
      const of = (...wanted: (EntryOutcome | undefined)[]) =>
        messages.flatMap((state, at) => (wanted.includes(state) ? [`${at}`] : []));
      expect(await leftIn(journals)).toEqual({ pushed: of("pushed"), inDoubt: of("inDoubt", undefined) });
    }),
    { numRuns: 60 },
  );
});
