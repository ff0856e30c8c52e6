import { isDeepStrictEqual } from "node:util";
import { isObject, isTexts } from "../../../json-object.ts";
import { approvalDigest, isSubsetOf, type PlannedPush, pushDigest } from "../../../lifecycle/apply/approval.ts";
import type { QueueChange } from "./queue-changes.ts";

/** Everything that is approved by approving a plan. Plain data, identical on every machine. */
export interface Review {
  /** URL of the API, which receives the requests and credentials; "" if it is a secret or is refused. */
  readonly address: string;
  readonly pushes: readonly PlannedPush[];
  /** Terms of the manifests with something to push. */
  readonly terms: readonly ReviewedTerms[];
  readonly queueChanges: readonly ReviewedQueueChange[];
  /** Absent if every queue uses the REST API. */
  readonly worker?: ReviewedWorker;
}

/** The producer Worker that receives messages, and the queues, in ascending order, whose messages it receives. */
export interface ReviewedWorker {
  /** "" if the run deploys it. */
  readonly url: string;
  readonly queues: readonly string[];
}

/** Reviewed terms of a manifest that are not part of its pushes. */
export interface ReviewedTerms {
  readonly manifest: string;
  readonly after: readonly string[];
  /** Key under which each body gets a stable id; null if bodies are not changed. */
  readonly dedupField: string | null;
  /** Digest of the known contents and the pending messages if some are only known during the run; null if all are known. */
  readonly known: string | null;
}

export type ReviewedQueueChange = Pick<QueueChange, "name" | "change" | "id">;

interface StackIdentity {
  readonly project: string;
  readonly stack: string;
}

/** Computes a digest of everything that a run would do. It does not depend on the order of the lists. */
export function reviewDigest({ project, stack }: StackIdentity, review: Review): string {
  const { address, pushes, terms, queueChanges, worker } = review;
  return approvalDigest(
    "plan",
    [
      JSON.stringify([project, stack, address]),
      ...pushes.map((push) => pushDigest({ project, stack }, push)).sort(),
      ...terms.map(termsText).sort(),
      ...queueChanges.map(changeText).sort(),
      ...(worker === undefined ? [] : [JSON.stringify(["worker", worker.url, worker.queues])]),
    ].join("\n"),
  );
}

/** Whether `whole` covers everything in `part`, for example if `part` is the plan of the remaining messages after a run ended early. */
export function isSubsetOfReview(part: Review, whole: Review): boolean {
  const changes = new Set(whole.queueChanges.map(changeText));
  return (
    part.address === whole.address &&
    isSameWorker(part.worker, whole.worker) &&
    part.pushes.every((push) => whole.pushes.some((reviewed) => isSubsetOf(push, reviewed))) &&
    part.terms.every((each) => whole.terms.some((reviewed) => isSubsetOfTerms(each, reviewed))) &&
    part.queueChanges.every((each) => changes.has(changeText(each)))
  );
}

/** Each queue must have the reviewed transport, and each of their messages must be sent to the reviewed address. */
function isSameWorker(part: ReviewedWorker | undefined, whole: ReviewedWorker | undefined): boolean {
  return part?.url === whole?.url && isDeepStrictEqual(part?.queues, whole?.queues);
}

/** Ignores `known` if the review covered messages with unknown values, because they may be known now. */
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

/** Whether a value from a file has the shape of a review. */
export function isReview(value: unknown): value is Review {
  if (!isObject(value)) return false;
  const { address, pushes, terms, queueChanges, worker } = value;
  return (
    typeof address === "string" &&
    isList(pushes, isPush) &&
    isList(terms, isTerms) &&
    isList(queueChanges, isChange) &&
    (worker === undefined || isWorker(worker))
  );
}

function isPush(value: unknown): boolean {
  if (!isObject(value)) return false;
  const texts = ["manifest", "accountId", "queue", "queueId", "mode", "inDoubtPolicy", "digest", "messages"];
  return (
    texts.every((key) => typeof value[key] === "string") &&
    typeof value.segment === "number" &&
    (value.requires === null || isRequirements(value.requires))
  );
}

function isRequirements(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { consumer, notPaused, maxBacklog } = value;
  return (
    typeof consumer === "boolean" &&
    typeof notPaused === "boolean" &&
    (maxBacklog === undefined || typeof maxBacklog === "number")
  );
}

function isTerms(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.manifest === "string" &&
    isTexts(value.after) &&
    isTextOrNull(value.dedupField) &&
    isTextOrNull(value.known)
  );
}

function isWorker(value: unknown): boolean {
  return isObject(value) && typeof value.url === "string" && isTexts(value.queues);
}

function isChange(value: unknown): boolean {
  return (
    isObject(value) && typeof value.name === "string" && typeof value.change === "string" && isTextOrNull(value.id)
  );
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === "string";
}

function isList(value: unknown, isElement: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isElement);
}
