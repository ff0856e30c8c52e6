import { constants } from "node:os";
import { join } from "node:path";
import { findEngine } from "../../src/engine/find-engine.ts";
import { pulumiHome } from "../../src/engine/pulumi-home.ts";

process.exitCode = await main().catch(explain);

async function main(): Promise<number> {
  const here = findEngine();
  if (here === undefined) return await getEngine();
  console.error(`Pulumi ${here.version} is here: ${here.pulumi}`);
  return 0;
}

/** Loads the installer only if no engine is available, to be fast otherwise. */
async function getEngine(): Promise<number> {
  const { ensureEngine, EngineMissing } = await import("./ensure.ts");
  const { progressOn } = await import("./progress.ts");
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => stop.abort(name));
  try {
    const engine = await ensureEngine({
      env: process.env,
      launcher: join(import.meta.dirname, "../../node_modules/pulumi/run.js"),
      progress: progressOn(process.stderr),
      signal: stop.signal,
    });
    console.error(`Pulumi ${engine.version} is ready: ${engine.pulumi}`);
    return 0;
  } catch (error) {
    // The exit code that a shell reports for a process that a signal ended.
    if (stop.signal.aborted) return 128 + constants.signals[stop.signal.reason as NodeJS.Signals];
    if (!(error instanceof EngineMissing)) throw error;
    console.error(error.message);
    return 1;
  }
}

/** Explains errors of the file system, which all concern Pulumi's home; other errors are bugs, and keep their stack. */
function explain(error: unknown): number {
  if (!(error instanceof Error && "code" in error)) throw error;
  console.error(`Pulumi's home ${pulumiHome(process.env)} cannot be used: ${error.message}.`);
  console.error("Make it a writable folder, or set PULUMI_HOME to another one.");
  return 1;
}
