import { type StartOptions, spawnProcess } from "../../src/engine/child-process.ts";
import type { Env } from "../../src/engine/pulumi-home.ts";
import type { Progress } from "./progress.ts";

/** The environment of an installation. */
export interface Surroundings {
  readonly env: Env;
  /** The absolute path of the script of the npm package `pulumi`. */
  readonly launcher: string;
  readonly progress: Progress;
  /** Stops all started processes. */
  readonly signal: AbortSignal;
}

/**
 * A source of the Pulumi engine. Fills its own folder, and returns the folder with the CLI and its plugins.
 *
 * @throws SourceError if this source is not available
 */
export type Source = (work: string, surroundings: Surroundings) => Promise<string>;

/** Why a source is not available, as one line without a period. */
export class SourceError extends Error {
  override name = "SourceError";
}

export interface ToolOptions extends StartOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The number of last lines on stderr that contain the reason of a failure. */
  readonly tellingLines: number;
}

/** Runs a tool, and returns its stdout. @throws SourceError if it fails */
export async function tool(file: string, args: readonly string[], options: ToolOptions): Promise<string> {
  const { signal, timeoutMs, tellingLines } = options;
  const finished = await spawnProcess(file, args, options).done.catch((error: NodeJS.ErrnoException) => {
    throw new SourceError(error.code === "ENOENT" ? `\`${file}\` is not on PATH` : error.message);
  });
  signal.throwIfAborted();
  if (finished.code === 0) return finished.stdout;
  if (finished.code === null) throw new SourceError(`it was killed, or took over ${timeoutMs / 60_000} minutes`);
  throw new SourceError(lastLines(finished.stderr, tellingLines) || `it ended with exit code ${finished.code}`);
}

/** Joins the last lines to one, long enough for a compiler's error. */
function lastLines(output: string, count: number): string {
  return output
    .trim()
    .split(/\s*\n\s*/)
    .slice(-count)
    .join(" | ")
    .slice(-500);
}
