import type { EndSignal } from "./exit-codes.ts";
import { signalExitCodes } from "./exit-codes.ts";

/** The signals that end a run, while somebody listens. */
export interface EndSignals extends Disposable {
  /** The first one; undefined: none came. */
  readonly received: EndSignal | undefined;
  /** Aborted by the first one. Later ones change nothing: a second one would have the engine drop what it knows. */
  readonly stop: AbortSignal;
  onFirst(call: () => void): void;
}

export function listenForSignals(): EndSignals {
  const controller = new AbortController();
  let received: EndSignal | undefined;
  const names = Object.keys(signalExitCodes) as EndSignal[];
  const take = (signal: EndSignal) => {
    received ??= signal;
    controller.abort();
  };
  for (const name of names) process.on(name, take);
  return {
    get received() {
      return received;
    },
    stop: controller.signal,
    onFirst: (call) => controller.signal.addEventListener("abort", call, { once: true }),
    [Symbol.dispose]() {
      for (const name of names) process.off(name, take);
    },
  };
}
