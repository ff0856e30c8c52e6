import { randomBytes } from "node:crypto";
import type { JournalHead, Journals, RecoveredEntries } from "../../../src/push/index.ts";
import { queue } from "../fakes.ts";

export const site = { queue, segment: 0 };

/** Returns the head of a journal whose process ended long ago. */
export function headOf(more: Partial<JournalHead> = {}): JournalHead {
  return {
    ...site,
    id: randomBytes(9).toString("base64url"),
    takenOver: [],
    base: null,
    lineage: "the ledger",
    deployment: "the first",
    resource: "shop/dev urn:a/0",
    kind: "messages",
    delivery: "v1:AAAAAAAAAAAAAAAAAAAAAA",
    startsOver: false,
    uncheckpointed: false,
    startedAt: "2026-08-01T10:00:00.000Z",
    owner: { machine: "another", pid: 1, started: "1" },
    ...more,
  };
}

/** Returns the entries of all journals of the site, oldest first. */
export async function leftIn(journals: Journals): Promise<RecoveredEntries> {
  const contents = await Promise.all((await journals.list(site)).map((found) => found.read()));
  return {
    pushed: contents.flatMap(({ entries }) => entries.pushed),
    inDoubt: contents.flatMap(({ entries }) => entries.inDoubt),
  };
}
