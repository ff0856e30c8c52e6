import type { Print } from "../consumers/types.ts";
import { startWorkerd, type Workerd } from "./workerd.ts";

/** A runtime that is started again whenever it ends. */
export interface SupervisedWorkerd {
  /** Its port; undefined while it is not running. */
  readonly port: number | undefined;
  /** Kills the runtime, and starts it again on the same storage. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts workerd, and starts it again when it ends. @throws Error if it does not start */
export async function superviseWorkerd(binary: string, config: string, print: Print): Promise<SupervisedWorkerd> {
  let runtime: Workerd | undefined;
  let isClosing = false;
  const start = async () => {
    const started = await startWorkerd(binary, config, (line) =>
      print({ queue: "producer", level: "log", text: line }),
    );
    // The emulator may have been closed meanwhile.
    if (isClosing) return started.kill();
    runtime = started;
    void started.ended.then(async () => {
      if (runtime !== started) return;
      runtime = undefined;
      if (isClosing) return;
      // In production, another machine takes over.
      print({ queue: "producer", level: "warn", text: "The Worker's runtime ended. It is started again." });
      await start().catch((error: Error) => print({ queue: "producer", level: "error", text: error.message }));
    });
  };
  await start();
  return {
    get port() {
      return runtime?.port;
    },
    restart: async () => {
      const before = runtime;
      runtime = undefined;
      await before?.kill();
      await start();
    },
    close: async () => {
      isClosing = true;
      await runtime?.kill();
    },
  };
}
