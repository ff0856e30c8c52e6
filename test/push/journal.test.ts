import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openAppend } from "../../src/push/append-file.ts";
import {
  type Base,
  fileJournals,
  type Journal,
  type JournalName,
  type Journals,
  type Settled,
} from "../../src/push/index.ts";
import { queue } from "./fakes.ts";

const name: JournalName = { stack: "shop/dev", deployment: "the first", segment: 0, queue };
const base = (state: string, delivery?: string): Base => ({ state, delivery });

let folder: string;
let journals: Journals;
const opened: Journal[] = [];

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "journal-")), "journals");
  journals = fileJournals(folder);
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((journal) => journal.close()));
  await rm(join(folder, ".."), { recursive: true });
});

async function open(state = "base", which = name, delivery?: string): Promise<Journal> {
  const journal = await journals.open(which, base(state, delivery));
  opened.push(journal);
  return journal;
}

async function path(): Promise<string> {
  const [file = ""] = await readdir(folder);
  return join(folder, file);
}

const entries = (...at: number[]) => at.map((index) => ({ at: index, key: `key-${index}` }));

describe("a journal", () => {
  test("is empty the first time", async () => {
    expect((await open()).left).toEqual({ pushed: [], inDoubt: [] });
  });

  test("can be looked at, which begins nothing", async () => {
    expect(await journals.read(name, base("base"))).toEqual({ pushed: [], inDoubt: [] });
    await expect(readdir(folder)).rejects.toThrow("ENOENT");
    const journal = await open();
    await journal.sending(entries(0, 1));
    await journal.settled("pushed", [0]);
    const text = await readFile(await path(), "utf8");
    expect(await journals.read(name, base("base"))).toEqual({ pushed: ["key-0"], inDoubt: ["key-1"] });
    expect(await journals.read(name, base("another"))).toEqual({ pushed: [], inDoubt: [] });
    expect(await readFile(await path(), "utf8")).toBe(text);
    await writeFile(await path(), `no JSON\n${text}`);
    await expect(journals.read(name, base("base"))).rejects.toThrow("is damaged in line 1");
  });

  test("tells the next run what was pushed, what is in doubt, and nothing of what was not sent", async () => {
    const journal = await open();
    await journal.sending(entries(0, 1));
    await journal.settled("pushed", [0, 1]);
    await journal.sending(entries(2, 3, 4, 5));
    await journal.settled("not_sent", [3]);
    await journal.settled("in_doubt", [4]);
    await journal.settled("pushed", [5]);
    expect((await open()).left).toEqual({ pushed: ["key-0", "key-1", "key-5"], inDoubt: ["key-2", "key-4"] });
  });

  test("names what was sent again, and arrived, among both: it may be in the queue twice", async () => {
    const journal = await open();
    await journal.sending(entries(0, 1));
    await journal.settled("maybe_twice", [0]);
    await journal.settled("pushed", [1]);
    expect((await open()).left).toEqual({ pushed: ["key-0", "key-1"], inDoubt: ["key-0"] });
  });

  test("keeps what several interrupted runs left, equal keys as often as there were messages", async () => {
    const first = await open();
    await first.sending([{ at: 0, key: "same" }]);
    await first.settled("pushed", [0]);
    const second = await open();
    await second.sending([{ at: 0, key: "same" }]);
    expect((await open()).left).toEqual({ pushed: ["same"], inDoubt: ["same"] });
  });

  test("drops itself at once, however often", async () => {
    const journal = await open();
    await journal.sending(entries(0));
    await journal.settled("pushed", [0]);
    journal.drop();
    expect(await readdir(folder)).toEqual([]);
    journal.drop();
    expect((await open()).left).toEqual({ pushed: [], inDoubt: [] });
  });

  test("is read by nobody whose state is another one", async () => {
    const journal = await open("before");
    await journal.sending(entries(0));
    await journal.settled("pushed", [0]);
    expect((await open("after")).left).toEqual({ pushed: [], inDoubt: [] });
    expect((await open("before")).left).toEqual({ pushed: [], inDoubt: [] });
  });

  test("of messages that went together is read by who sends the same, or each once", async () => {
    const journal = await open("base", name, "all");
    await journal.sending(entries(0));
    expect(await journals.read(name, base("base", "others"))).toEqual({ pushed: [], inDoubt: [] });
    expect((await journals.read(name, base("base", "all"))).inDoubt).toEqual(["key-0"]);
    expect((await journals.read(name, base("base"))).inDoubt).toEqual(["key-0"]);
  });

  test.each<[string, JournalName]>([
    ["stack", { ...name, stack: "shop/production" }],
    ["deployment", { ...name, deployment: "the second" }],
    ["segment", { ...name, segment: 1 }],
    ["queue", { ...name, queue: { ...queue, queueId: "c".repeat(32) } }],
    ["account", { ...name, queue: { ...queue, accountId: "c".repeat(32) } }],
  ])("is not another %s's", async (_, other) => {
    const journal = await open();
    await journal.sending(entries(0));
    expect((await open("base", other)).left.inDoubt).toEqual([]);
    expect((await open()).left.inDoubt).toEqual(["key-0"]);
  });

  test("is gone when it was dropped, and may be dropped when it is not there", async () => {
    const journal = await open();
    await journal.sending(entries(0));
    await journals.drop(name);
    expect(await readdir(folder)).toEqual([]);
    await journals.drop(name);
    expect((await open()).left.inDoubt).toEqual([]);
  });

  test("is on the disk when sending resolves, and private", async () => {
    const journal = await open();
    await journal.sending(entries(7));
    expect(await readFile(await path(), "utf8")).toContain("key-7");
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(await path())).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toHaveLength(1);
  });

  test("writes what many requests bring at once, in order", async () => {
    const journal = await open();
    const all = Array.from({ length: 200 }, (_, index) => index);
    await Promise.all(all.map((at) => journal.sending(entries(at))));
    await Promise.all(all.map((at) => journal.settled("pushed", [at])));
    expect((await open()).left.pushed).toEqual(all.map((at) => `key-${at}`));
  });
});

describe("a journal on a bad disk", () => {
  test("loses no more than its torn last line, wherever it is torn", async () => {
    const journal = await open();
    await journal.sending(entries(0));
    await journal.settled("pushed", [0]);
    const before = await readFile(await path(), "utf8");
    await journal.sending(entries(1, 2));
    const whole = await readFile(await path(), "utf8");
    for (let length = before.length; length < whole.length - 1; length++) {
      await writeFile(await path(), whole.slice(0, length));
      expect((await open()).left).toEqual({ pushed: ["key-0"], inDoubt: [] });
    }
  });

  test("is an error when a line in the middle is damaged, never empty", async () => {
    const journal = await open();
    await journal.sending(entries(0));
    await journal.settled("pushed", [0]);
    const [head, , ...rest] = (await readFile(await path(), "utf8")).split("\n");
    await writeFile(await path(), [head, "\0\0\0\0", ...rest].join("\n"));
    await expect(open()).rejects.toThrow(/is damaged in line 2\. Look at the queue, then delete the file/);
  });

  test.each([
    ["[]\n{}\n", "line 1"],
    ['{"journal":2,"base":{"state":"base","delivery":1},"left":{"pushed":[],"inDoubt":[]}}\n{}\n', "line 1"],
    ['{"journal":2,"base":{"state":"base"}}\n{}\n', "line 1"],
    ['{"journal":2,"base":{"state":"base"},"left":{"pushed":[],"inDoubt":[]}}\n{"pushed":[4]}\n', "line 2"],
    ['{"journal":2,"base":{"state":"base"},"left":{"pushed":[],"inDoubt":[]}}\n{"sending":[["x",4]]}\n', "line 2"],
    ['{"journal":2,"base":{"state":"base"},"left":{"pushed":[],"inDoubt":[]}}\n{"what":1}\n', "line 2"],
    ['{"journal":1,"base":"base"}\n', "of another version"],
  ])("is an error when it holds what no journal holds: %s", async (text, where) => {
    const journal = await open();
    await journal.close();
    await writeFile(await path(), text);
    await expect(open()).rejects.toThrow(where);
  });

  test("names neither its folder nor its content in errors", async () => {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o700);
    const blocked = fileJournals(join(folder, "file", "below"));
    await writeFile(join(folder, "file"), "in the way");
    const error: unknown = await blocked.open(name, base("base")).catch((reason: unknown) => reason);
    expect(String(error)).toBe(
      "JournalError: the journal cannot be opened (ENOTDIR). Check the journal's folder: that it can be written and its disk has room",
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

test("whatever happens to messages, each is left in the state that was written last", async () => {
  const states = fc.constantFrom<Settled | undefined>("pushed", "in_doubt", "not_sent", undefined);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(states, { maxLength: 4 }), { maxLength: 8 }), async (runs) => {
      await journals.drop(name);
      const pushed: string[] = [];
      const inDoubt: string[] = [];
      for (const [run, messages] of runs.entries()) {
        const journal = await journals.open(name, base("base"));
        for (const [at, state] of messages.entries()) {
          const key = `${run}/${at}`;
          await journal.sending([{ at, key }]);
          if (state !== undefined) await journal.settled(state, [at]);
          if (state === "pushed") pushed.push(key);
          if (state === "in_doubt" || state === undefined) inDoubt.push(key);
        }
        await journal.close();
      }
      const journal = await journals.open(name, base("base"));
      await journal.close();
      expect(journal.left).toEqual({ pushed, inDoubt });
    }),
    { numRuns: 30 },
  );
});
