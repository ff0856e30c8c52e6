import { open } from "node:fs/promises";

/** An append-only file that syncs every line to disk before its caller continues. */
export interface AppendFile {
  /** Appends a text, and resolves when it is on disk. After an error, every further call rejects with the same error. */
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

interface PendingWrite {
  readonly text: string;
  readonly written: PromiseWithResolvers<void>;
}

/** Opens an append-only file. Texts that arrive during a sync are written and synced together, to share its cost. */
export async function openAppend(path: string): Promise<AppendFile> {
  const handle = await open(path, "a", 0o600);
  let waiting: PendingWrite[] = [];
  let flushing: Promise<void> | undefined;
  let broken: { readonly error: unknown } | undefined;

  const flush = async () => {
    while (waiting.length > 0) {
      const now = waiting;
      waiting = [];
      try {
        if (broken) throw broken.error;
        await handle.appendFile(now.map(({ text }) => text).join(""));
        await handle.datasync();
        for (const { written } of now) written.resolve();
      } catch (error) {
        // Text after an incomplete line would be unreadable.
        broken ??= { error };
        for (const { written } of now) written.reject(error);
      }
    }
    flushing = undefined;
  };

  return {
    append(text) {
      // Not inside `flush`, which would end before `flushing` is assigned if it has nothing to wait for.
      if (broken) return Promise.reject(broken.error);
      const written = Promise.withResolvers<void>();
      waiting.push({ text, written });
      flushing ??= flush();
      return written.promise;
    },
    async close() {
      await flushing;
      await handle.close();
    },
  };
}
