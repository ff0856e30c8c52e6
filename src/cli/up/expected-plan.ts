import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describeSystemError } from "../../file-error.ts";
import { UsageError } from "../../usage-error.ts";
import type { Plan } from "../shared/plan/model.ts";
import { isReview, isSubsetOfReview, type Review, reviewDigest } from "../shared/plan/review.ts";

const digestPattern = /^p1:[A-Za-z0-9_-]{22}$/;

/** What was reviewed. */
export interface ExpectedPlan {
  readonly digest: string;
  /** Undefined: only the digest is known. */
  readonly review: Review | undefined;
}

/**
 * Whether a plan is the reviewed one. What was left of it when a run ended early is so too, where its file says what it was
 * made of: nothing is pushed that was not reviewed.
 */
export function matchesExpected(plan: Plan, { digest, review }: ExpectedPlan): boolean {
  if (plan.digest === digest) return true;
  // The digest is what was reviewed: the rest of the file has to be what it is made of, for this very stack.
  if (review === undefined || reviewDigest(plan, review) !== digest) return false;
  return isSubsetOfReview(plan.review, review);
}

/**
 * What a run is held to.
 *
 * @param plan a digest, or the path of a file of `plan --out`
 * @throws UsageError for anything else
 */
export function readExpectedPlan(root: string, plan: string): ExpectedPlan {
  if (digestPattern.test(plan)) return { digest: plan, review: undefined };
  let text: string;
  try {
    text = readFileSync(resolve(root, plan), "utf8");
  } catch (error) {
    throw new UsageError(
      `--expect: ${plan} is no digest, and as a file it cannot be read: ${describeSystemError(error)}.`,
    );
  }
  const expected = parseExpected(text);
  if (expected !== undefined) return expected;
  throw new UsageError(
    `--expect: ${plan} holds no plan of version 1. Make one with \`queue-seeder plan --out ${plan}\`.`,
  );
}

function parseExpected(text: string): ExpectedPlan | undefined {
  try {
    const { version, kind, digest, review } = JSON.parse(text) as Partial<Record<string, unknown>>;
    if (version !== 1 || kind !== "plan" || typeof digest !== "string" || !digestPattern.test(digest)) return undefined;
    return { digest, review: isReview(review) ? review : undefined };
  } catch {
    // No JSON: told by the caller, as other files are.
    return undefined;
  }
}
