import type { EndSignal } from "./exit-codes.ts";
import { signalExitCodes } from "./exit-codes.ts";

/** Listens for the signals that end a run, until it is disposed. */
export interface EndSignals extends Disposable {
  /** The first signal; undefined if none was received. */
  readonly received: EndSignal | undefined;
  /** Aborted by the first signal. Later signals are ignored, since a second one would make Pulumi abandon unsaved state. */
  readonly stop: AbortSignal;
  onFirst(call: () => void): void;
}

/** Starts to listen for SIGHUP, SIGINT and SIGTERM. */
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
