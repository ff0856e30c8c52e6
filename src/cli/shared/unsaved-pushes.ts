import { debug } from "../../debug.ts";
import { journalFolder } from "../../lifecycle/journal/journal-folder.ts";
import { type FoundJournal, fileJournals } from "../../push/index.ts";
import { parseSegmentName, parseUrn } from "../../urn.ts";
import { labelIds, labelKeys } from "./deployment/label-messages.ts";
import type { ManifestSnapshot, SegmentSnapshot } from "./deployment/segment-snapshots.ts";
import type { StackSnapshot } from "./deployment/stack-snapshot.ts";

/** Entries of local journals for a manifest that the state does not contain, because it was not saved in time. */
export interface UnsavedPushes {
  /** Number of messages accepted in the run, including those that it took over from a journal. */
  readonly pushed: number;
  /** Number of all messages that arrived, in this run or an earlier one. */
  readonly arrived: number;
  readonly inDoubt: number;
  /** Labels of the messages in doubt, except of those without an id that the manifest no longer has. */
  readonly inDoubtMessages: readonly string[];
}

/** Reads the journals of a stack after a run. */
export interface JournalWatch {
  /**
   * Returns the journal entries that the state does not contain, by manifest name.
   *
   * @param named ids of the runs that the state contains
   * @param deployed returns what the run deployed; only called if messages are in doubt
   */
  unsaved(
    named: ReadonlySet<string>,
    deployed: () => Promise<readonly Pick<ManifestSnapshot, "segments">[]>,
  ): Promise<ReadonlyMap<string, UnsavedPushes>>;
}

type StackFacts = Pick<StackSnapshot, "root" | "stack"> & {
  readonly config: Pick<StackSnapshot["config"], "project" | "values">;
};

/** Records the journals that exist before a run, to distinguish the run's own journals from them. */
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
  // The run itself reports journals that cannot be read, and then pushes nothing.
  const found = async () =>
    (await journals.list().catch(() => [])).filter(({ head, removed }) => !removed && head.resource.startsWith(prefix));
  const before = new Set((await found()).map(({ head }) => head.id));
  return {
    async unsaved(named, deployed) {
      const open = (await found()).filter(({ head }) => !named.has(head.id));
      const over = new Set(open.flatMap(({ head }) => head.takenOver));
      const sums = new Map<string, UnsavedPushes>();
      for (const journal of open.filter(({ head }) => !over.has(head.id))) {
        const urn = journal.head.resource.slice(prefix.length);
        const { manifest } = parseSegmentName(parseUrn(urn).name);
        const findSegment = async () =>
          (await deployed()).flatMap(({ segments }) => segments).find(({ inputs }) => inputs.resourceUrn === urn);
        sums.set(
          manifest,
          add(sums.get(manifest), await toUnsaved(journal, !before.has(journal.head.id), findSegment)),
        );
      }
      return sums;
    },
  };
}

async function toUnsaved(
  { head, read }: FoundJournal,
  isOwn: boolean,
  findSegment: () => Promise<SegmentSnapshot | undefined>,
): Promise<UnsavedPushes> {
  const { entries } = await read();
  const arrived = new Set(entries.pushed);
  const inDoubt = entries.inDoubt.filter((key) => !arrived.has(key));
  return {
    pushed: isOwn ? entries.pushed.length : 0,
    arrived: entries.pushed.length,
    inDoubt: inDoubt.length,
    inDoubtMessages: inDoubt.length === 0 ? [] : await findLabels(head, inDoubt, findSegment),
  };
}

async function findLabels(
  { kind }: FoundJournal["head"],
  keys: readonly string[],
  findSegment: () => Promise<SegmentSnapshot | undefined>,
): Promise<readonly string[]> {
  try {
    const segment = await findSegment();
    if (segment?.inputs.content.kind === kind) return await labelKeys(segment, keys);
  } catch (error) {
    // The run is over, and its outcome matters more than the labels: without the manifests, the keys have the ids.
    debug("journal: labels", () => ({ error: String(error) }));
  }
  return kind === "messages" ? labelIds(keys) : [];
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
