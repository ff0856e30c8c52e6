import { parseSegmentName, parseUrn } from "../../engine/urn.ts";
import { journalFolder } from "../../lifecycle/journal/journal-folder.ts";
import { unpackKeys } from "../../plan/index.ts";
import { type FoundJournal, fileJournals } from "../../push/index.ts";
import type { StackSnapshot } from "./deployment/stack-snapshot.ts";

/** What journals here have of a manifest that the state does not name: it could not be saved, or not by then. */
export interface UnsavedPushes {
  /** Messages that the run got accepted, or took over from a journal. */
  readonly pushed: number;
  /** All that arrived, in this run or in one before it. */
  readonly arrived: number;
  readonly inDoubt: number;
  /** Those of them that have an id. */
  readonly inDoubtMessages: readonly string[];
}

/** Reads the journals of a stack. */
export interface JournalWatch {
  /**
   * What they have after a run that the state does not name, by the manifests' names.
   *
   * @param named ids of the runs that the state names
   */
  unsaved(named: ReadonlySet<string>): Promise<ReadonlyMap<string, UnsavedPushes>>;
}

type StackFacts = Pick<StackSnapshot, "root" | "stack"> & {
  readonly config: Pick<StackSnapshot["config"], "project" | "values">;
};

/** Remembers which journals are there before a run, so that the run's own are known from those. */
export async function watchJournals(
  { root, stack, config }: StackFacts,
  env: NodeJS.ProcessEnv,
): Promise<JournalWatch> {
  const text = (key: string) => {
    const value = config.values.get(key);
    return typeof value === "string" ? value : undefined;
  };
  const journals = fileJournals(journalFolder({ root: "." }, { cwd: root, env, config: text }));
  const prefix = `${config.project}/${stack.short} `;
  // What cannot be read is told by the run, which pushes nothing then.
  const found = async () =>
    (await journals.list().catch(() => [])).filter(({ head, removed }) => !removed && head.place.startsWith(prefix));
  const before = new Set((await found()).map(({ head }) => head.id));
  return {
    async unsaved(named) {
      const open = (await found()).filter(({ head }) => !named.has(head.id));
      const over = new Set(open.flatMap(({ head }) => head.over));
      const sums = new Map<string, UnsavedPushes>();
      for (const journal of open.filter(({ head }) => !over.has(head.id))) {
        const { manifest } = parseSegmentName(parseUrn(journal.head.place.slice(prefix.length)).name);
        sums.set(manifest, add(sums.get(manifest), await toUnsaved(journal, !before.has(journal.head.id))));
      }
      return sums;
    },
  };
}

async function toUnsaved({ head, read }: FoundJournal, isOwn: boolean): Promise<UnsavedPushes> {
  const { entries } = await read();
  const arrived = new Set(entries.pushed);
  const inDoubt = entries.inDoubt.filter((key) => !arrived.has(key));
  const keys = head.kind === "messages" ? unpackKeys(inDoubt.join("\n")) : [];
  return {
    pushed: isOwn ? entries.pushed.length : 0,
    arrived: entries.pushed.length,
    inDoubt: inDoubt.length,
    inDoubtMessages: keys.flatMap(({ id }) => id ?? []),
  };
}

function add(a: UnsavedPushes = noUnsaved, b: UnsavedPushes): UnsavedPushes {
  return {
    pushed: a.pushed + b.pushed,
    arrived: a.arrived + b.arrived,
    inDoubt: a.inDoubt + b.inDoubt,
    inDoubtMessages: [...a.inDoubtMessages, ...b.inDoubtMessages],
  };
}

export const noUnsaved: UnsavedPushes = { pushed: 0, arrived: 0, inDoubt: 0, inDoubtMessages: [] };
