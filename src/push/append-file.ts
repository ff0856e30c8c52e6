import { open } from "node:fs/promises";

/** A file that only grows, and whose every line is on the disk before anybody goes on. */
export interface AppendFile {
  /** Resolves once the text is on the disk. After an error every further call rejects with it. */
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  readonly text: string;
  readonly written: PromiseWithResolvers<void>;
}

/** What arrives while the disk is busy is written and synced together: many requests at once share the cost of a sync. */
export async function openAppend(path: string): Promise<AppendFile> {
  const handle = await open(path, "a", 0o600);
  let waiting: Waiting[] = [];
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
        // What follows a torn line could not be read any more.
        broken ??= { error };
        for (const { written } of now) written.reject(error);
      }
    }
    flushing = undefined;
  };

  return {
    append(text) {
      // Not left to `flush`: with nothing to wait for, it would be over before `flushing` is set to it.
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
