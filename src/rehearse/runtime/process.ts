import type { ChildProcess } from "node:child_process";
import { channel } from "node:diagnostics_channel";
import {
  type MiniflareInstance,
  type MiniflarePackage,
  startMiniflare,
} from "../../emulator/consumers/optional-packages.ts";

/** A runtime whose process can be ended, whatever it is doing. */
export interface RuntimeProcess {
  readonly miniflare: MiniflareInstance;
  /** Resolves when its process has ended, however. */
  readonly ended: Promise<void>;
  /** Ends it at once: a handler in an endless loop hears no request to end. */
  close(): Promise<void>;
}

/**
 * Starts miniflare, and keeps hold of the process that it starts. miniflare itself waits for the runtime when it closes, for ever if
 * the runtime is in an endless loop.
 *
 * @throws the package's error if it does not start
 */
export async function startRuntime(miniflarePackage: MiniflarePackage, options: object): Promise<RuntimeProcess> {
  const children: ChildProcess[] = [];
  const started = channel("child_process");
  const onStart = (message: unknown) => children.push((message as { readonly process: ChildProcess }).process);
  started.subscribe(onStart);
  try {
    const miniflare = await startMiniflare(miniflarePackage, options);
    return {
      miniflare,
      ended: Promise.race(children.map(exitOf)),
      async close() {
        for (const child of children) child.kill("SIGKILL");
        await miniflare.dispose();
      },
    };
  } finally {
    started.unsubscribe(onStart);
  }
}

function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}
