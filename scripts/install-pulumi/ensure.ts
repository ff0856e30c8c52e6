import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  askVersion,
  type Engine,
  findEngine,
  isExecutable,
  listRejectedEngines,
} from "../../src/engine/find-engine.ts";
import { type Env, engineVersion } from "../../src/engine/pulumi-home.ts";
import { plugins, versionsDir } from "../../src/engine/pulumi-internals/installation.ts";
import { withDisposable } from "../../src/with-disposable.ts";
import { build } from "./build.ts";
import { download } from "./download.ts";
import { lock } from "./lock.ts";
import { type Source, SourceError, type Surroundings } from "./source.ts";

/** The sources, in the order in which they are tried. */
const sources = {
  "the download": download,
  "the build with Go": build,
} as const satisfies Record<string, Source>;

/** The folder where an engine is assembled. It is next to its final location, so that a rename can move it. */
const workPrefix = ".building-";

/** Thrown if no Pulumi engine is available. The message lists what was tried and what to install. */
export class EngineMissing extends Error {
  override name = "EngineMissing";
}

/**
 * Ensures that a Pulumi engine is available. If several processes need one, one installs it while the others wait.
 *
 * @throws EngineMissing
 */
export async function ensureEngine(surroundings: Surroundings): Promise<Engine> {
  const { env, progress, signal } = surroundings;
  const here = findEngine(env);
  if (here) return here;
  const versions = versionsDir(env);
  const wait = () => progress.line("Another process is installing Pulumi. Waiting for it …");
  return withDisposable(await lock(join(versions, ".queue-seeder.lock"), wait, signal), () => getEngine(surroundings));
}

/** Installs an engine while holding the lock. */
async function getEngine(surroundings: Surroundings): Promise<Engine> {
  const { env, progress } = surroundings;
  const versions = versionsDir(env);
  const meanwhile = findEngine(env);
  if (meanwhile) return meanwhile;
  // Left by killed processes: a living one would hold the lock.
  for (const name of readdirSync(versions).filter((name) => name.startsWith(workPrefix))) remove(join(versions, name));

  const failures: string[] = [];
  for (const [name, source] of Object.entries(sources)) {
    try {
      return await install(source, surroundings);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      progress.line(`Pulumi could not be installed by ${name}: ${error.message}.`);
      failures.push(`${name}: ${error.message}`);
    }
  }
  throw new EngineMissing(missingText(failures, env));
}

async function install(source: Source, surroundings: Surroundings): Promise<Engine> {
  const versions = versionsDir(surroundings.env);
  const work = mkdtempSync(join(versions, workPrefix));
  try {
    const made = await source(work, surroundings);
    verify(made);
    const binDir = join(versions, engineVersion, "bin");
    mkdirSync(dirname(binDir), { recursive: true });
    // The existing folder is incomplete; otherwise it would have been found.
    if (existsSync(binDir)) renameSync(binDir, join(work, "replaced"));
    renameSync(made, binDir);
    return { pulumi: join(binDir, "pulumi"), binDir, version: engineVersion, from: "home" };
  } finally {
    remove(work);
  }
}

function verify(binDir: string): void {
  const missing = ["pulumi", ...plugins].filter((name) => !isExecutable(join(binDir, name)));
  if (missing.length > 0) throw new SourceError(`the result lacks ${missing.join(", ")}`);
  const version = askVersion(join(binDir, "pulumi"));
  if (version !== engineVersion) throw new SourceError(`the result has version ${version ?? "unknown"}`);
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function missingText(failures: readonly string[], env: Env): string {
  const refused = listRejectedEngines(env).map(({ pulumi, reason }) => `${pulumi}: ${reason}`);
  return [
    `No Pulumi ${engineVersion} or newer was found on PATH or in Pulumi's home, and none could be installed.`,
    ...[...refused, ...failures].map((line) => `  ${line}.`),
    "Install one of these on PATH, then run `npm run engine` again:",
    `  the Pulumi CLI, ${engineVersion} or newer: https://www.pulumi.com/docs/iac/download-install/`,
    "  Go, 1.25.11 or newer, which then builds Pulumi in some minutes: https://go.dev/doc/install",
  ].join("\n");
}
