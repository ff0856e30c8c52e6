import fs from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { fileURLToPath } from "node:url";
import { Process } from "./process.ts";

type Call = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/** Node's calls that read or change files, by path and by handle. */
const byPath = [
  "access",
  "link",
  "mkdir",
  "open",
  "readFile",
  "readdir",
  "rename",
  "rm",
  "stat",
  "unlink",
  "writeFile",
];
const byHandle = ["appendFile", "datasync", "read", "readFile", "stat", "sync", "writeFile"];
const syncs: readonly string[] = ["datasync", "sync"];

/**
 * Makes every file call of Node that concerns journals a step of the process that makes it, so that it can be killed there.
 * The model has no power failures, so nothing is synced, which would take most of the time.
 *
 * @param folder a part that only the journals' paths contain
 */
export async function watchDisk(folder: string): Promise<Disposable> {
  const handle = await open(fileURLToPath(import.meta.url));
  const prototype: Record<string, Call> = Object.getPrototypeOf(handle);
  await handle.close();
  const watched = new WeakSet<object>();
  const promises = fs.promises as unknown as Record<string, Call>;
  const restores = [
    ...byPath.map((name) =>
      replace(promises, name, (real) => (...args) => {
        const process = Process.running.getStore();
        if (process === undefined || !args.some((arg) => typeof arg === "string" && arg.includes(folder)))
          return real(...args);
        return process.step(async () => {
          const result = await real(...args);
          if (name === "open") {
            watched.add(result as object);
            process.handles.push(result as FileHandle);
          }
          return result;
        });
      }),
    ),
    ...byHandle.map((name) =>
      replace(
        prototype,
        name,
        (real) =>
          function (this: unknown, ...args) {
            const process = Process.running.getStore();
            if (process === undefined || !watched.has(this as object)) return real.apply(this, args);
            const [text, ...rest] = args;
            const half = typeof text === "string" ? [text.slice(0, text.length / 2), ...rest] : args;
            return process.step(
              async () => (syncs.includes(name) ? undefined : real.apply(this, args)),
              async () => (syncs.includes(name) ? undefined : real.apply(this, half)),
            );
          },
      ),
    ),
  ];
  syncBuiltinESMExports();
  return {
    [Symbol.dispose]() {
      for (const restore of restores) restore();
      syncBuiltinESMExports();
    },
  };
}

function replace(object: Record<string, Call>, name: string, by: (real: Call) => Call): () => void {
  const real = object[name];
  if (real === undefined) throw new Error(`Node has no ${name}`);
  object[name] = by(real);
  return () => {
    object[name] = real;
  };
}
