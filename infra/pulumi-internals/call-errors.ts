import { PartialPushError, SeederError, toRefusal } from "../../src/lifecycle/errors.ts";
import { encodeSegment } from "../../src/lifecycle/state/encoded-segment.ts";

/** Wraps a call of the provider, so that its errors have the form that the SDK's provider process understands. */
export function withPulumiErrors<Args extends readonly unknown[], Result>(
  call: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    try {
      return await call(...args);
    } catch (error) {
      throw toPulumiError(toRefusal(error));
    }
  };
}

/**
 * Converts an error of the lifecycle.
 *
 * - A {@link PartialPushError}: Pulumi stores `properties` as the partial state of the resource, so that the next run resumes from
 *   there. Without `id`, the SDK discards them; without the `__provider` property, which comes from the inputs, Pulumi could
 *   neither refresh nor destroy the resource.
 * - A {@link SeederError}: the SDK prints the name and the stack of errors from check, diff, read and delete on the line of the
 *   stack, before Pulumi shows the message on the line of the resource. A pointer to the message replaces that noise.
 */
function toPulumiError(error: unknown): unknown {
  if (error instanceof PartialPushError) {
    const { id, outputs, message } = error;
    return Object.assign(new Error(message), {
      name: error.name,
      id,
      properties: encodeSegment(outputs),
      reasons: [message],
    });
  }
  if (error instanceof SeederError) return new ShortError(error.message);
  return error;
}

class ShortError extends Error {
  override name = "ShortError";
  override stack = "see the error of the resource";

  override toString(): string {
    return "queue-seeder refused";
  }
}
