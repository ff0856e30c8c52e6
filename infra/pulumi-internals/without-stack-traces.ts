/**
 * Runs something without the stack trace that the SDK takes of each new resource and the engine keeps in its state: it holds
 * this machine's paths, is another one on every machine, and costs more than the rest of the registration.
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
