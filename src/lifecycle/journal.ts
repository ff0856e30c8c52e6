import { resolve } from "node:path";
import { digestOf } from "../plan/index.ts";
import {
  type Base,
  fileJournals,
  type Journal,
  JournalError,
  type JournalName,
  type Journals,
  type Left,
} from "../push/index.ts";
import { Refusal } from "./failure.ts";
import type { Ports } from "./ports.ts";
import type { SegmentInputs, SegmentOutputs } from "./segment.ts";

type JournalPorts = Pick<Ports, "cwd" | "env" | "config">;

/** Where journals are unless somebody says otherwise, relative to the repository. */
const defaultFolder = ".queue-seeder/journal";

/**
 * The journals of a repository: in the folder that `QUEUE_SEEDER_JOURNAL` or the stack's `queue-seeder:journal` names,
 * from the repository's root, so that a pipeline can keep it between its runs.
 */
export function journalsOf(inputs: Pick<SegmentInputs, "root">, { cwd, env, config }: JournalPorts): Journals {
  const folder = env.QUEUE_SEEDER_JOURNAL || config("queue-seeder:journal") || defaultFolder;
  return fileJournals(resolve(cwd, inputs.root, folder));
}

export function journalName(inputs: SegmentInputs): JournalName {
  const { project, stack, deployment, segment, accountId, queueId } = inputs;
  return { stack: `${project}/${stack}`, deployment, segment, queue: { accountId, queueId } };
}

/**
 * Opens the journal of a run, with what an interrupted run left that began from the very same state: with the same ledger,
 * after the same push, and for the same messages where all of them go together. With anything else the state has moved on,
 * or back, without it.
 *
 * @throws Refusal when it cannot be read or written: without it a kill would lose what it should remember
 */
export async function openJournal(
  inputs: SegmentInputs,
  before: SegmentOutputs | undefined,
  ports: Ports,
): Promise<Journal> {
  return refusing(() => journalsOf(inputs, ports).open(journalName(inputs), baseOf(inputs, before)));
}

/** What such a run left, for whoever only looks. @throws Refusal when it cannot be read */
export async function readLeft(
  inputs: SegmentInputs,
  before: SegmentOutputs | undefined,
  ports: JournalPorts,
): Promise<Left> {
  return refusing(() => journalsOf(inputs, ports).read(journalName(inputs), baseOf(inputs, before)));
}

function baseOf({ mode, digest, content }: SegmentInputs, before: SegmentOutputs | undefined): Base {
  const together = content.kind === "rows" ? content.delivery : digest;
  return {
    state: digestOf(JSON.stringify([before?.ledger ?? null, before?.lastPush.at ?? null])),
    delivery: mode === "once" ? undefined : together,
  };
}

export async function dropJournal(inputs: SegmentInputs, ports: Ports): Promise<void> {
  await refusing(() => journalsOf(inputs, ports).drop(journalName(inputs)));
}

async function refusing<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof JournalError) throw new Refusal("JOURNAL_UNUSABLE", `nothing was pushed: ${error.message}.`);
    throw error;
  }
}
