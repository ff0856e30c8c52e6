import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { compileCacheFolder } from "../compile-cache.mjs";
import { UsageError } from "../usage-error.ts";
import { type ProcessResult, spawnProcess } from "./child-process.ts";
import { type Engine, findEngine, listRejectedEngines } from "./find-engine.ts";
import { withLoopbackDirect } from "./loopback.ts";
import { findPlugAndPlay } from "./plug-and-play.ts";

/** Thrown if there is no usable Pulumi engine. The message says what to install. */
export class EngineNotFoundError extends Error {
  override name = "EngineNotFoundError";
}

/** The Pulumi CLI for a repository, run without a terminal and without colours. */
export interface Pulumi {
  readonly engine: Engine;
  readonly env: NodeJS.ProcessEnv;
  /** Runs a command; a failing exit code does not throw. @param more additional variables for this run */
  run(args: readonly string[], more?: Readonly<Record<string, string>>): Promise<ProcessResult>;
}

/**
 * Finds the Pulumi CLI on PATH or in Pulumi's home folder. If there is none but the npm package `pulumi` is installed, that downloads
 * one, as `npx --no-install pulumi` would.
 *
 * @throws EngineNotFoundError if there is none and none could be downloaded
 * @throws UsageError if Pulumi could not find the project's packages
 */
export async function findPulumi(root: string, env: NodeJS.ProcessEnv): Promise<Pulumi> {
  const pnp = findPlugAndPlay(root);
  if (pnp !== undefined) throw new UsageError(`${pnp} Nothing was done.`);
  const engine = findEngine(env) ?? (await fromLauncher(root, env));
  const own = engineEnvironment(engine, env);
  return {
    engine,
    env: own,
    run: (args, more) => {
      const all = [...args, "--non-interactive", "--color", "never"];
      return spawnProcess(engine.pulumi, all, { cwd: root, env: { ...own, ...more } }).done;
    },
  };
}

/**
 * Calls a function that finds Pulumi, such as {@link findPulumi}.
 *
 * @returns the error if there is no engine, for callers that can continue without one
 */
export async function tryFindPulumi(find: () => Promise<Pulumi>): Promise<Pulumi | EngineNotFoundError> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof EngineNotFoundError) return error;
    throw error;
  }
}

/** @throws EngineNotFoundError */
async function fromLauncher(root: string, env: NodeJS.ProcessEnv): Promise<Engine> {
  const folders = [join(root, "node_modules/.bin"), join(import.meta.dirname, "../../node_modules/.bin")];
  const launcher = folders.map((folder) => join(folder, "pulumi")).find((file) => existsSync(file));
  if (launcher === undefined) {
    throw new EngineNotFoundError(
      `${engineNotFound(env)} Install the Pulumi CLI, or add the package \`pulumi\` to the project`,
    );
  }
  const got = await spawnProcess(launcher, ["version"], { cwd: root, env: withPath(env, [dirname(process.execPath)]) })
    .done;
  const engine = findEngine(env);
  if (engine !== undefined) return engine;
  const why = got.stderr.trim().split("\n").at(-1) || `it ended with ${got.code ?? got.signal}`;
  throw new EngineNotFoundError(
    `${engineNotFound(env)} The package \`pulumi\` could not get one (${why}). Install the Pulumi CLI`,
  );
}

/**
 * Returns the environment of the Pulumi CLI. Pulumi runs the program with the first Node on PATH, which must be the current one.
 * With Node's compile cache, the program and the provider load Pulumi's SDK in two thirds of the time.
 */
export function engineEnvironment({ binDir }: Engine, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    NODE_COMPILE_CACHE: compileCacheFolder,
    ...withPath(env, [dirname(process.execPath), binDir]),
    NODE_OPTIONS: withSmallYoungGeneration(env.NODE_OPTIONS),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...withLoopbackDirect(env),
  };
}

/**
 * Limits the memory of the program and the provider: by default, Node lets up to 128 MB of garbage gather in each before it collects
 * what is new, of which a run leaves little. It costs no time.
 */
function withSmallYoungGeneration(options = ""): string {
  if (/--max[-_]semi[-_]space[-_]size/.test(options)) return options;
  return `${options} --max-semi-space-size=${semiSpaceMegabytes}`.trimStart();
}

/** The young generation has up to three of them. */
const semiSpaceMegabytes = 8;

function withPath(env: NodeJS.ProcessEnv, folders: readonly string[]): NodeJS.ProcessEnv {
  return { ...env, PATH: [...folders, env.PATH ?? ""].join(delimiter) };
}

function engineNotFound(env: NodeJS.ProcessEnv): string {
  const refused = listRejectedEngines(env).map(({ pulumi, reason }) => ` ${pulumi}: ${reason}.`);
  return `there is no Pulumi engine on PATH or in Pulumi's home.${refused.join("")}`;
}
