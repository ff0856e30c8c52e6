import { constants } from "node:os";
import { join } from "node:path";
import { findEngine } from "../../src/engine/find.ts";
import { pulumiHome } from "../../src/engine/pulumi-home.ts";

process.exitCode = await main().catch(explain);

async function main(): Promise<number> {
  const here = findEngine();
  if (here === undefined) return await getEngine();
  console.error(`Pulumi ${here.version} is here: ${here.pulumi}`);
  return 0;
}

/** Loaded only where an engine is missing, to be quick where it is not. */
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
    // As a shell reports a process that a signal has ended.
    if (stop.signal.aborted) return 128 + constants.signals[stop.signal.reason as NodeJS.Signals];
    if (!(error instanceof EngineMissing)) throw error;
    console.error(error.message);
    return 1;
  }
}

/** Everything that is read or written here stands in Pulumi's home; other errors are defects, and keep their stack. */
function explain(error: unknown): number {
  if (!(error instanceof Error && "code" in error)) throw error;
  console.error(`Pulumi's home ${pulumiHome(process.env)} cannot be used: ${error.message}.`);
  console.error("Make it a folder that you can write to, or name another in PULUMI_HOME.");
  return 1;
}
