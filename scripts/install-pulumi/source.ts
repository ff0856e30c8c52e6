import { type StartOptions, spawnProcess } from "../../src/engine/child-process.ts";
import type { Env } from "../../src/engine/pulumi-home.ts";
import type { Progress } from "./progress.ts";

/** What getting an engine needs of its surroundings. */
export interface Surroundings {
  readonly env: Env;
  /** Absolute path of the script of the npm package `pulumi`. */
  readonly launcher: string;
  readonly progress: Progress;
  /** Stops everything that was started. */
  readonly signal: AbortSignal;
}

/**
 * A way to get an engine. Fills a folder of its own and returns the folder with the CLI and its plugins in it.
 *
 * @throws SourceError where this way is closed here
 */
export type Source = (work: string, surroundings: Surroundings) => Promise<string>;

/** Why one way to get an engine is closed: one line, without a final stop. */
export class SourceError extends Error {
  override name = "SourceError";
}

export interface ToolOptions extends StartOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** How many of the last lines on stderr tell why it failed. */
  readonly tellingLines: number;
}

/** Runs a tool to its end and returns what it wrote on stdout. */
export async function tool(file: string, args: readonly string[], options: ToolOptions): Promise<string> {
  const { signal, timeoutMs, tellingLines } = options;
  const finished = await spawnProcess(file, args, options).done.catch((error: NodeJS.ErrnoException) => {
    throw new SourceError(error.code === "ENOENT" ? `there is no \`${file}\` on PATH` : error.message);
  });
  signal.throwIfAborted();
  if (finished.code === 0) return finished.stdout;
  if (finished.code === null) throw new SourceError(`it was killed, or took over ${timeoutMs / 60_000} minutes`);
  throw new SourceError(lastLines(finished.stderr, tellingLines) || `it ended with exit code ${finished.code}`);
}

/** In one line, long enough to hold a compiler's complaint. */
function lastLines(output: string, count: number): string {
  return output
    .trim()
    .split(/\s*\n\s*/)
    .slice(-count)
    .join(" | ")
    .slice(-500);
}
