import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { toObject } from "../../json-object.ts";
import { listNames } from "../../optional-files.ts";
import type { Version } from "./model.ts";
import { readSegments } from "./read-segments.ts";

/** Returns the absolute path of a `file://` backend; undefined for every other backend. */
export function backendFolder(url: string, root: string): string | undefined {
  const path = /^file:\/\/(.*)$/s.exec(url)?.[1];
  if (path === undefined) return undefined;
  return resolve(root, path.replace(/^~(?=\/|$)/, homedir()));
}

/**
 * Reads the history in the folder of a `file://` backend: a pair of files per run, `STACK-NANOSECONDS.history.json` and
 * `STACK-NANOSECONDS.checkpoint.json`, optionally compressed (`.gz`). The Pulumi CLI shows only the contents of the first.
 *
 * @param last maximum number of versions
 * @returns oldest first
 */
export function readHistoryFolder(folder: string, project: string, stack: string, last: number): readonly Version[] {
  const own = join(folder, ".pulumi/history", project, stack);
  const runs = listNames(own)
    .flatMap((name) => {
      const [, run, nanoseconds = "", packed = ""] = /^(.*-(\d+))\.checkpoint\.json(\.gz)?$/.exec(name) ?? [];
      return run === undefined ? [] : [{ run, nanoseconds, packed }];
    })
    // Compared as text: nanoseconds exceed the exact range of numbers, and all have the same number of digits.
    .sort((a, b) => (a.nanoseconds < b.nanoseconds ? -1 : 1));
  return runs.slice(-last).map(({ run, packed }, index, lastRuns) => {
    const { kind, result, message, endTime } = toObject(readJson(join(own, `${run}.history.json${packed}`)));
    return {
      version: runs.length - lastRuns.length + index + 1,
      kind: String(kind),
      result: String(result),
      message: String(message ?? ""),
      at: new Date(Number(endTime) * 1_000).toISOString(),
      ...readSegments(readJson(join(own, `${run}.checkpoint.json${packed}`))),
    };
  });
}

function readJson(file: string): unknown {
  const content = readFileSync(file);
  return JSON.parse((file.endsWith(".gz") ? gunzipSync(content) : content).toString("utf8"));
}
