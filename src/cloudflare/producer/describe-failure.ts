import type { PushAnswer, RejectionReason } from "../../producer/answers.ts";
import { findPolicy } from "../api-error-policies.ts";
import { createFailure } from "../network-errors.ts";
import type { Failure, RetryClass } from "../types.ts";

interface Meaning {
  readonly retry: RetryClass;
  readonly meaning: string;
  readonly remedy: string;
}

const deploy = "Run `pulumi up`, which deploys it, or deploy it by hand; see docs/worker.md.";
const report = "The Worker is of another version, or this is a bug in queue-seeder. Deploy the Worker again.";

/** The meaning of the Worker's rejections. Each is certain: nothing was sent. */
const rejections = {
  unauthorized: {
    retry: "no",
    meaning: "the Worker has another key than queue-seeder:workerKey, or another account or name was used to derive it",
    remedy: deploy,
  },
  expired: {
    retry: "no",
    meaning: "this machine's clock differs from the Worker's by more than five minutes",
    remedy: "Set the clock.",
  },
  no_such_queue: { retry: "no", meaning: "the Worker has no binding for the queue", remedy: deploy },
  misconfigured: { retry: "no", meaning: "a binding of the Worker is missing or malformed", remedy: deploy },
  // Text with many control characters is longer as JSON than the API counts it.
  too_large: {
    retry: "split",
    meaning: "the request has more bytes than the Worker accepts",
    remedy: "Make the message's body smaller, or use the REST API for this queue.",
  },
  bad_request: { retry: "no", meaning: "the Worker cannot read the request", remedy: report },
  no_such_route: { retry: "no", meaning: "the Worker does not know the request", remedy: report },
  wrong_method: { retry: "no", meaning: "the Worker does not know the request", remedy: report },
} as const satisfies Record<RejectionReason, Meaning>;

/** Describes a request that the Worker rejected. */
export function describeRejection(reason: RejectionReason, status: number): Failure {
  const { retry, meaning, remedy } = rejections[reason];
  return { ...createFailure(retry, `${meaning} (HTTP ${status})`, remedy), status };
}

/**
 * Describes messages that the queue refused, by the same table as the API's answers.
 *
 * @param redact removes what no error may show
 */
export function describeRefusal({ code, message }: PushAnswer, redact: (words: string) => string): Failure {
  const detail = message === null ? "" : `: ${redact(message)}`;
  if (code === null) {
    const next = "Run it again. If it fails again, look at the Worker's logs.";
    return createFailure("after_wait", `the Worker's ledger could not note the messages${detail}`, next);
  }
  const policy = findPolicy(code);
  const { retry, meaning, remedy } = policy ?? {
    retry: "no",
    meaning: "the queue refused",
    remedy: "See the queue's own message.",
  };
  // The queue refused for certain, so even a code that the API uses for a lost answer allows another request.
  const certain = retry === "unknown_outcome" ? "after_wait" : retry;
  return { ...createFailure(certain, `${meaning} (code ${code}${detail})`, remedy), code };
}
