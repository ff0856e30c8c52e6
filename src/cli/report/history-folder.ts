import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Version } from "./model.ts";
import { readSegments, toFields } from "./read-segments.ts";

/** The folder that a backend's address names; undefined where it is none on this machine. */
export function backendFolder(url: string, root: string): string | undefined {
  const path = /^file:\/\/(.*)$/s.exec(url)?.[1];
  if (path === undefined) return undefined;
  return resolve(root, path.replace(/^~(?=\/|$)/, homedir()));
}

/**
 * Reads the history that Pulumi keeps in a folder: a pair of files for each run, `STACK-NANOSECONDS.history.json` and
 * `.checkpoint.json`, also packed. The CLI shows the first of them alone.
 *
 * @param last how many versions; the oldest of them only serves to compare with
 * @returns oldest first
 */
export function readHistoryFolder(folder: string, project: string, stack: string, last: number): readonly Version[] {
  const own = join(folder, ".pulumi/history", project, stack);
  const runs = namesIn(own)
    .flatMap((name) => {
      const [, run, nanoseconds = "", packed = ""] = /^(.*-(\d+))\.checkpoint\.json(\.gz)?$/.exec(name) ?? [];
      return run === undefined ? [] : [{ run, nanoseconds, packed }];
    })
    // Longer than numbers are exact; all have the same number of digits.
    .sort((a, b) => (a.nanoseconds < b.nanoseconds ? -1 : 1));
  return runs.slice(-last).map(({ run, packed }, index, kept) => {
    const { kind, result, endTime } = toFields(readJson(join(own, `${run}.history.json${packed}`)));
    return {
      version: runs.length - kept.length + index + 1,
      kind: String(kind),
      result: String(result),
      at: new Date(Number(endTime) * 1_000).toISOString(),
      segments: readSegments(readJson(join(own, `${run}.checkpoint.json${packed}`))),
    };
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    // The engine makes the folder with the first run.
    if (Reflect.get(Object(error), "code") === "ENOENT") return [];
    throw error;
  }
}

function readJson(file: string): unknown {
  const content = readFileSync(file);
  return JSON.parse((file.endsWith(".gz") ? gunzipSync(content) : content).toString("utf8"));
}
