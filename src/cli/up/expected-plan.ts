import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describeSystemError } from "../../file-error.ts";
import { UsageError } from "../../usage-error.ts";
import type { Plan } from "../shared/plan/model.ts";
import { isReview, isSubsetOfReview, type Review, reviewDigest } from "../shared/plan/review.ts";

const digestPattern = /^p1:[A-Za-z0-9_-]{22}$/;

/** The reviewed plan. */
export interface ExpectedPlan {
  readonly digest: string;
  /** Undefined if only the digest is known. */
  readonly review: Review | undefined;
}

/**
 * Whether a plan is the reviewed one, or what is left of it after a run ended early. The latter requires the review from the
 * plan's file, to verify that nothing is pushed that was not reviewed.
 */
export function matchesExpected(plan: Plan, { digest, review }: ExpectedPlan): boolean {
  if (plan.digest === digest) return true;
  // The digest identifies the reviewed plan: the review in the file must have this digest, for this project and stack.
  if (review === undefined || reviewDigest(plan, review) !== digest) return false;
  return isSubsetOfReview(plan.review, review);
}

/**
 * Reads the plan that `--expect` names.
 *
 * @param plan a digest, or the path of a file written by `plan --out`
 * @throws UsageError for anything else
 */
export function readExpectedPlan(root: string, plan: string): ExpectedPlan {
  if (digestPattern.test(plan)) return { digest: plan, review: undefined };
  let text: string;
  try {
    text = readFileSync(resolve(root, plan), "utf8");
  } catch (error) {
    throw new UsageError(
      `--expect: ${plan} is not a digest, and no file of that name can be read: ${describeSystemError(error)}.`,
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
    // Invalid JSON is reported by the caller, like any other file that is not a plan.
    return undefined;
  }
}
