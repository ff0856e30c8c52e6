import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { findVersionMismatch } from "../../document-version.ts";
import { describeSystemError } from "../../file-error.ts";
import { isObject } from "../../json-object.ts";
import { UsageError } from "../../usage-error.ts";
import { planVersion } from "../shared/plan/json.ts";
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
  const { digest, review } = parsePlan(
    text,
    (reason, remedy) => {
      return new UsageError(`--expect: ${plan} cannot be used: ${reason}. ${remedy}. Nothing was pushed.`);
    },
    `Make one with \`queue-seeder plan --out ${plan}\``,
  );
  return { digest, review };
}

/**
 * Parses a file that `plan --out` wrote.
 *
 * @param toError creates the error from a clause with the reason, and one with the remedy
 * @param remake the remedy for everything that is not a plan
 */
function parsePlan(
  text: string,
  toError: (reason: string, remedy: string) => UsageError,
  remake: string,
): Required<ExpectedPlan> {
  let plan: unknown;
  try {
    plan = JSON.parse(text);
  } catch {
    throw toError("it is not JSON", remake);
  }
  if (!isObject(plan) || plan.kind !== "plan") throw toError("it is not a plan", remake);
  const { version, digest, review } = plan;
  const mismatch = findVersionMismatch(version, planVersion);
  if (mismatch !== undefined) throw toError(mismatch.reason, mismatch.remedy ?? remake);
  if (typeof digest !== "string" || !digestPattern.test(digest))
    throw toError("its digest is not that of a plan", remake);
  // If an invalid review were ignored, a run that finishes this plan would fail without a reason.
  if (!isReview(review)) throw toError("its review is incomplete, or was changed", remake);
  return { digest, review };
}
