import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fileJournals, JournalError, noEntries } from "../../../src/push/index.ts";
import { temporaryFolder } from "../../manifest/support/fixture.ts";
import { headOf, leftIn, site } from "./journals.ts";

/** Replaces the disk's `rename`, which puts a new journal in the place of an old one. */
const { rename, open: openFile } = fs;
const disk = {
  set rename(replacement: typeof rename) {
    fs.rename = replacement;
    syncBuiltinESMExports();
  },
  set open(replacement: typeof openFile) {
    fs.open = replacement;
    syncBuiltinESMExports();
  },
};

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  disk.rename = rename;
  disk.open = openFile;
  folder[Symbol.dispose]();
});

const open = () => fileJournals(folder.path).begin(headOf(), noEntries);
const left = () => leftIn(fileJournals(folder.path));

/** Starts a run that is killed before the response to its one request. */
async function killed(key: string): Promise<void> {
  const journal = await open();
  await journal.recordSending([{ at: 0, key }]);
  await journal.close();
}

test("a run begins once its journal has its name, so that no line is written into another file", async () => {
  const opened = Promise.withResolvers<void>();
  let renamed = Promise.resolve();
  disk.rename = (from, to) => {
    renamed = Promise.race([opened.promise, sleep(50)]).then(() => rename(from, to));
    return renamed;
  };
  const journal = await open();
  opened.resolve();
  await journal.recordSending([{ at: 0, key: "key" }]);
  await journal.close();
  await renamed;
  disk.rename = rename;
  expect(await left()).toEqual({ pushed: [], inDoubt: ["key"] });
});

test("a run does not begin if its journal cannot be named, and the journal before it stays", async () => {
  await killed("key");
  const before = readdirSync(folder.path);
  disk.rename = async () => {
    throw Object.assign(new Error("EIO: i/o error, rename '/home/ada/journal'"), { code: "EIO" });
  };
  const failure = await open().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(JournalError);
  expect(String(failure)).toMatch(/^JournalError: the journal cannot be opened \(EIO\)\. /);
  expect(readdirSync(folder.path)).toEqual(before);
  disk.rename = rename;
  expect(await left()).toEqual({ pushed: [], inDoubt: ["key"] });
});

test.each([
  { pushed: [7], inDoubt: [] },
  { pushed: [], inDoubt: [null] },
  { pushed: "key", inDoubt: [] },
])("an earlier journal that names no keys is damaged, and not read as something else: %j", async (wrong) => {
  await killed("key");
  const [file = ""] = readdirSync(folder.path);
  const path = join(folder.path, file);
  const [head = "", , ...lines] = readFileSync(path, "utf8").split("\n");
  writeFileSync(path, [head, JSON.stringify({ left: wrong }), ...lines].join("\n"));
  await expect(left()).rejects.toThrow("is damaged on line 2");
});

test("a journal that cannot be taken over stays, and the error says so", async () => {
  await killed("key");
  const journals = fileJournals(folder.path);
  const [found] = await journals.list(site);
  if (found === undefined) throw new Error("there is to be one");
  disk.rename = async () => {
    throw Object.assign(new Error("EACCES"), { code: "EACCES" });
  };
  await expect(journals.take(found)).rejects.toThrow(/^the journal cannot be taken over \(EACCES\)\. /);
  expect(await left()).toEqual({ pushed: [], inDoubt: ["key"] });
});

test("the head of each journal is read once, however often the folder is listed", async () => {
  const journals = fileJournals(folder.path);
  const names = ["a", "b", "c"];
  for (const resource of names) {
    const journal = await journals.begin(headOf({ resource }), noEntries);
    await journal.close();
  }
  const read: unknown[] = [];
  disk.open = (path, ...rest) => {
    read.push(path);
    return openFile(path, ...rest);
  };
  const listed = async (wanted?: string) => {
    const found = await journals.list(site, ({ resource }) => wanted === undefined || resource === wanted);
    return found.map(({ head }) => head.resource).sort();
  };
  expect([await listed(), await listed("b"), await listed()]).toEqual([names, ["b"], names]);
  expect(read).toHaveLength(3);

  // A journal that another process took over, dropped or began since.
  const [first] = await journals.list(site, ({ resource }) => resource === "a");
  if (first === undefined) throw new Error("there is to be one");
  await journals.drop(first);
  const added = await journals.begin(headOf({ resource: "d" }), noEntries);
  await added.close();
  expect(await listed()).toEqual(["b", "c", "d"]);
});
