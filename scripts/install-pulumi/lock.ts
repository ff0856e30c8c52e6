import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds between two attempts to take a lock that another process holds. */
const retryMs = 250;

/** SQLite's code for a lock that another connection holds: https://www.sqlite.org/rescode.html#busy */
const sqliteBusy = 5;

/**
 * Acquires a lock that only one process of this machine can hold, and waits for it if necessary. It is SQLite's lock on its file,
 * which the operating system releases when the holder ends for any reason: it never becomes stale, and the file may remain.
 *
 * @param onWait called once if another process holds the lock
 * @throws if the file cannot be created, or the signal is aborted during the wait
 */
export async function lock(file: string, onWait: () => void, signal: AbortSignal): Promise<Disposable> {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  try {
    for (let waited = false; !take(database); waited = true) {
      if (!waited) onWait();
      await sleep(retryMs, undefined, { signal });
    }
  } catch (error) {
    database.close();
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
}

function take(database: DatabaseSync): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (error instanceof Error && "errcode" in error && error.errcode === sqliteBusy) return false;
    throw error;
  }
}
