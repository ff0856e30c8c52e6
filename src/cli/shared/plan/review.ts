import { describePush, isSubsetOf, type PlannedPush, pushDigest } from "../../../lifecycle/apply/approval.ts";
import type { QueueChange } from "./queue-changes.ts";

/** All that somebody agrees to who agrees to a plan. Plain data, the same on every machine. */
export interface Review {
  /** Where the requests go, and with them the credentials. */
  readonly address: string;
  readonly pushes: readonly PlannedPush[];
  /** Of the manifests that push. */
  readonly terms: readonly ReviewedTerms[];
  readonly queueChanges: readonly ReviewedQueueChange[];
}

/** What the provider does not know of a manifest, and its reviewers do. */
export interface ReviewedTerms {
  readonly manifest: string;
  readonly after: readonly string[];
  /** null: bodies stay as they are. */
  readonly dedupField: string | null;
  /** Digest of the messages that are known of those that a program gives, and of which of them go; null: all are known. */
  readonly known: string | null;
}

export type ReviewedQueueChange = Pick<QueueChange, "name" | "change" | "id">;

interface StackIdentity {
  readonly project: string;
  readonly stack: string;
}

/** Names everything that a run would do, in whatever order. */
export function reviewDigest({ project, stack }: StackIdentity, review: Review): string {
  const { address, pushes, terms, queueChanges } = review;
  return describePush(
    "plan",
    [
      JSON.stringify([project, stack, address]),
      ...pushes.map((push) => pushDigest({ project, stack }, push)).sort(),
      ...terms.map(termsText).sort(),
      ...queueChanges.map(changeText).sort(),
    ].join("\n"),
  );
}

/** Whether a review is of nothing but what another one was of, as when a run ended early and the rest is planned again. */
export function isSubsetOfReview(part: Review, whole: Review): boolean {
  const changes = new Set(whole.queueChanges.map(changeText));
  return (
    part.address === whole.address &&
    part.pushes.every((push) => whole.pushes.some((reviewed) => isSubsetOf(push, reviewed))) &&
    part.terms.every((each) => whole.terms.some((reviewed) => isSubsetOfTerms(each, reviewed))) &&
    part.queueChanges.every((each) => changes.has(changeText(each)))
  );
}

/** What was not known at the review may be known by now. */
function isSubsetOfTerms(part: ReviewedTerms, whole: ReviewedTerms): boolean {
  const known = whole.known === null ? part.known : whole.known;
  return termsText({ ...part, known }) === termsText(whole);
}

function termsText({ manifest, after, dedupField, known }: ReviewedTerms): string {
  return JSON.stringify(["terms", manifest, after, dedupField, known]);
}

function changeText({ name, change, id }: ReviewedQueueChange): string {
  return JSON.stringify(["queue", name, change, id]);
}

/** Whether what a file holds has the form of a review. */
export function isReview(value: unknown): value is Review {
  if (!isMap(value)) return false;
  const { address, pushes, terms, queueChanges } = value;
  return (
    typeof address === "string" && isList(pushes, isPush) && isList(terms, isTerms) && isList(queueChanges, isChange)
  );
}

function isPush(value: unknown): boolean {
  if (!isMap(value)) return false;
  const texts = ["manifest", "accountId", "queue", "queueId", "mode", "inDoubtPolicy", "digest", "messages"];
  return (
    texts.every((key) => typeof value[key] === "string") && typeof value.segment === "number" && "requires" in value
  );
}

function isTerms(value: unknown): boolean {
  return isMap(value) && typeof value.manifest === "string" && Array.isArray(value.after);
}

function isChange(value: unknown): boolean {
  return isMap(value) && typeof value.name === "string" && typeof value.change === "string";
}

function isList(value: unknown, isElement: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isElement);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
