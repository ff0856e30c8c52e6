import type { ChildProcess } from "node:child_process";
import { channel } from "node:diagnostics_channel";
import {
  type MiniflareInstance,
  type MiniflarePackage,
  startMiniflare,
} from "../../emulator/consumers/optional-packages.ts";

/** A runtime whose process can be killed at any time. */
export interface RuntimeProcess {
  readonly miniflare: MiniflareInstance;
  /** Resolves when the process has ended for any reason. */
  readonly ended: Promise<void>;
  /** Kills the process immediately, since a handler in an endless loop cannot respond to a request to stop. */
  close(): Promise<void>;
}

/**
 * Starts miniflare and keeps a handle of the process that it starts. When closing, miniflare itself waits for the runtime,
 * forever if that is in an endless loop.
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
