/**
 * Runs a function without the stack traces that the SDK captures for each new resource and Pulumi stores in its state: they
 * contain paths of this machine, differ between machines, and cost more than the rest of the registration.
 */
export function withoutStackTraces<Result>(act: () => Result): Result {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = () => "";
  try {
    return act();
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}
