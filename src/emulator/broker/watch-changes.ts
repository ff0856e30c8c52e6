import type { Broker } from "./broker.ts";

/**
 * Yields after each change of the broker from now on, until `signal` aborts. Changes while the reader is busy are combined
 * into one.
 */
export function watchChanges(broker: Broker, signal: AbortSignal): AsyncIterable<void> {
  let wake = Promise.withResolvers<void>();
  const stop = broker.listen(() => wake.resolve());
  signal.addEventListener("abort", () => wake.resolve(), { once: true });
  async function* read(): AsyncGenerator<void> {
    try {
      while (!signal.aborted) {
        await wake.promise;
        wake = Promise.withResolvers<void>();
        if (!signal.aborted) yield;
      }
    } finally {
      stop();
    }
  }
  return read();
}
