import { randomBytes } from "node:crypto";
import { type Journal, type JournalHead, type Journals, thisProcess } from "../../push/index.ts";
import { Refusal } from "../errors.ts";
import type { Ports } from "../host.ts";
import type { Book } from "../ledger/types.ts";
import type { SegmentInputs, SegmentOutputs } from "../state/segment.ts";
import {
  type Bearings,
  bearingsOf,
  findJournals,
  isOfSegment,
  journalsOf,
  type OpenJournal,
  refusing,
} from "./segment-journals.ts";

/** What a run took from the runs before it. */
export interface Claim {
  readonly left: readonly OpenJournal[];
  /** Ids of the journals that the ledger takes over with them. */
  readonly ids: readonly string[];
  /** Begins the journal of this run, which carries on what the others had. @throws Refusal */
  begin(book: Pick<Book, "delivery" | "deliveryNumber" | "fresh" | "carried">): Promise<Journal>;
}

/** Milliseconds for which a run waits for another one: longer than any request of one whose engine was killed. */
const patienceMs = 120_000;
const lookEveryMs = 500;

/**
 * Takes what other runs left for a segment. One that still sends is waited for.
 *
 * @throws Refusal when a journal cannot be read, or another run goes on
 */
export async function claimJournals(
  inputs: SegmentInputs,
  before: SegmentOutputs | undefined,
  ports: Ports,
): Promise<Claim> {
  const journals = journalsOf(inputs, ports);
  const bearings = bearingsOf(inputs, before);
  await refusing(() => awaitOthers(bearings, journals, inputs, ports));
  const left = await refusing(() => takeAll(bearings, journals));
  const ids = left.flatMap(({ found: { head } }) => [head.id, ...head.over]);
  return {
    left,
    ids,
    begin: (book) =>
      refusing(async () => {
        const head = await headOf(inputs, bearings, ids, book, ports);
        const journal = await journals.begin(head, book.carried);
        const [other] = await aliveAmong(bearings, journals, journal.id);
        if (other !== undefined) {
          await journal.discard();
          refuseBeside(inputs, other);
        }
        for (const { found } of left) await journals.drop(found);
        return journal;
      }),
  };
}

async function takeAll(bearings: Bearings, journals: Journals): Promise<readonly OpenJournal[]> {
  const files = new Set<string>();
  for (;;) {
    const { open, spent } = await findJournals(bearings, journals);
    for (const found of spent) await journals.drop(found);
    // What stands in a journal may have grown until it was taken.
    if (open.every(({ found }) => files.has(found.file))) return open;
    for (const { found } of open) {
      const taken = await journals.take(found);
      if (taken !== undefined) files.add(taken.file);
    }
  }
}

async function awaitOthers(bearings: Bearings, journals: Journals, inputs: SegmentInputs, ports: Ports): Promise<void> {
  const since = ports.clock.elapsed();
  for (let told = false; ; told = true) {
    const [other] = await aliveAmong(bearings, journals);
    if (other === undefined) return;
    if (ports.cancelled.aborted || ports.clock.elapsed() - since >= patienceMs) refuseBeside(inputs, other);
    if (!told) {
      await ports.log({ kind: "other_run", pid: other.owner.pid }, inputs.resourceUrn);
    }
    await ports.clock.sleep(lookEveryMs, ports.cancelled).catch(() => {});
  }
}

/** Heads of the segment's journals by which another run still sends. */
async function aliveAmong(bearings: Bearings, journals: Journals, own?: string): Promise<readonly JournalHead[]> {
  const alive: JournalHead[] = [];
  for (const found of await journals.list(bearings)) {
    const { head } = found;
    if (isOfSegment(head, bearings) && head.id !== own && (await journals.isAlive(found))) alive.push(head);
  }
  return alive;
}

function refuseBeside({ manifest }: SegmentInputs, { owner }: JournalHead): never {
  throw new Refusal(
    "RUN_UNDER_WAY",
    `another run on this machine, process ${owner.pid}, still pushes ${manifest}. This one pushed nothing of it. ` +
      "Wait for the other one's end, then run it again.",
  );
}

async function headOf(
  inputs: SegmentInputs,
  { lineage, recorded, queue, segment, place }: Bearings,
  over: readonly string[],
  { delivery, deliveryNumber, fresh }: Pick<Book, "delivery" | "deliveryNumber" | "fresh">,
  { clock, env }: Pick<Ports, "clock" | "env">,
): Promise<JournalHead> {
  return {
    id: newId(),
    over,
    base: recorded?.runs[0] ?? null,
    lineage: lineage ?? newId(),
    deployment: inputs.deployment,
    place,
    queue,
    segment,
    kind: inputs.content.kind,
    delivery,
    deliveryNumber,
    fresh,
    uncheckpointed: /^(1|true)$/i.test(env.PULUMI_SKIP_CHECKPOINTS ?? ""),
    startedAt: new Date(clock.now()).toISOString(),
    owner: await thisProcess(),
  };
}

/** 72 random bits. */
export function newId(): string {
  return randomBytes(9).toString("base64url");
}
