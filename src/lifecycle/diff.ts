import { type Decision, type Digest, needsRows, unpackRows } from "../plan/index.ts";
import type { QueueRef } from "../types.ts";
import { openBook } from "./book.ts";
import { Refusal } from "./failure.ts";
import { wantedRows } from "./rows-book.ts";
import type { SegmentInputs, SegmentOutputs } from "./segment.ts";
import { isUnknown } from "./unknown.ts";

export interface SegmentDiff {
  readonly changes: boolean;
  readonly replaces: readonly (keyof SegmentInputs)[];
  readonly decision: Decision;
}

/** Another queue has none of the messages: the resource is replaced, and its ledger starts from nothing. */
const identity = ["accountId", "queueId"] as const satisfies readonly (keyof QueueRef)[];

type Recorded = Pick<SegmentOutputs, "accountId" | "queueId" | "ledger" | "content">;
type Wanted = Omit<SegmentInputs, "self" | "deployment">;

/**
 * Compares the ledger with what is wanted: the preview, the plan and the push all decide by it. Pure, but for a data file
 * that is another one than the ledger's. What goes to another queue is compared with nothing.
 *
 * @param readDigests of the rows of a data file's segment
 * @throws Refusal when the file cannot be compared with the ledger at all
 */
export async function diffSegment(
  olds: Recorded,
  news: Wanted,
  readDigests: () => Promise<readonly Digest[]>,
): Promise<SegmentDiff> {
  const replaces = replacedBy(olds, news);
  const unsettled = identity.some((name) => isUnknown(news[name]));
  const elsewhere = replaces.length > 0 || (unsettled && isOtherKind(olds, news));
  if (!elsewhere) refuseOtherKind(olds, news);
  const ledger = elsewhere ? undefined : olds.ledger;
  const rows = await rowsIfNeeded(ledger, news, readDigests);
  const { decision, settled } = openBook(news, ledger, undefined, rows);
  const unknown = unsettled || isUnknown(news.digest);
  const changes = unknown || elsewhere || !settled || lastOf(olds) !== lastOf(news);
  return { changes, replaces, decision };
}

function replacedBy(olds: QueueRef, news: QueueRef): readonly (keyof QueueRef)[] {
  return identity.filter((name) => news[name] !== olds[name] && !isUnknown(news[name]));
}

/** @throws Refusal where a ledger is to be repaired that says nothing of the queue which the manifest goes to now */
export function refuseOtherQueue(olds: QueueRef, news: QueueRef & Pick<SegmentInputs, "manifest">): void {
  if (replacedBy(olds, news).length === 0) return;
  const queueOf = ({ queueId, accountId }: QueueRef) => `${queueId} of the account ${accountId}`;
  throw new Refusal(
    "QUEUE_CHANGED",
    `the ledger of ${news.manifest} is of the queue ${queueOf(olds)}, and it goes to ${queueOf(news)} now. ` +
      "Run `pulumi up` first, which pushes to that queue, or name the old one again. Nothing was changed.",
  );
}

async function rowsIfNeeded(
  ledger: Recorded["ledger"] | undefined,
  news: Wanted,
  readDigests: () => Promise<readonly Digest[]>,
): Promise<readonly Digest[] | undefined> {
  const { content } = news;
  if (content.kind !== "rows" || !needsRows(wantedRows(news, content), unpackRows(ledger))) return undefined;
  return readDigests();
}

function isOtherKind(olds: Pick<SegmentOutputs, "content">, news: Pick<SegmentInputs, "content">): boolean {
  return olds.content.kind !== news.content.kind;
}

/** The ledgers of messages and of rows say different things, so neither can be read as the other. */
export function refuseOtherKind(
  olds: Pick<SegmentOutputs, "content">,
  news: Pick<SegmentInputs, "content" | "manifest">,
): void {
  if (!isOtherKind(olds, news)) return;
  const [before, now] =
    news.content.kind === "rows" ? ["messages of its own", "a data file"] : ["a data file", "messages of its own"];
  throw new Refusal(
    "SOURCE_CHANGED",
    `nothing of ${news.manifest} was pushed: its ledger is of ${before}, and it has ${now} now. ` +
      'Give the manifest another "name"; what must not go again, `queue-seeder baseline` marks as pushed.',
  );
}

/** Whether a data file ended in the segment; undefined: it has no data file. */
export function lastOf({ content }: Pick<SegmentInputs, "content">): boolean | undefined {
  return content.kind === "rows" ? content.last : undefined;
}
