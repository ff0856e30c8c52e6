import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { type Finished, start } from "../../engine/child.ts";
import { type Engine, findEngine, refusedEngines } from "../../engine/find.ts";

/** There is no Pulumi engine that could be asked. The message says what to install. */
export class NoEngine extends Error {
  override name = "NoEngine";
}

/** Runs Pulumi's command line for the repository, without a terminal and without colours. */
export interface Pulumi {
  readonly engine: Engine;
  readonly env: NodeJS.ProcessEnv;
  /** Never throws on an exit code. @param more variables for this run alone */
  run(args: readonly string[], more?: Readonly<Record<string, string>>): Promise<Finished>;
}

/**
 * Finds the engine on PATH or in Pulumi's home. Where there is none but the npm package `pulumi` is installed, that
 * gets one, as `npx pulumi` would.
 *
 * @throws NoEngine
 */
export async function findPulumi(root: string, env: NodeJS.ProcessEnv): Promise<Pulumi> {
  const engine = findEngine(env) ?? (await fromLauncher(root, env));
  if (engine === undefined) throw new NoEngine(missing(env));
  const own = engineEnvironment(engine, env);
  return {
    engine,
    env: own,
    run: (args, more) => {
      const all = [...args, "--non-interactive", "--color", "never"];
      return start(engine.pulumi, all, { cwd: root, env: { ...own, ...more } }).done;
    },
  };
}

async function fromLauncher(root: string, env: NodeJS.ProcessEnv): Promise<Engine | undefined> {
  const folders = [join(root, "node_modules/.bin"), join(import.meta.dirname, "../../../node_modules/.bin")];
  const launcher = folders.map((folder) => join(folder, "pulumi")).find((file) => existsSync(file));
  if (launcher === undefined) return undefined;
  await start(launcher, ["version"], { cwd: root, env: withPath(env, [dirname(process.execPath)]) }).done;
  return findEngine(env);
}

/** The engine runs the program with the Node on PATH: it has to be the one that runs this. */
function engineEnvironment({ binDir }: Engine, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...withPath(env, [dirname(process.execPath), binDir]), PULUMI_SKIP_UPDATE_CHECK: "true" };
}

function withPath(env: NodeJS.ProcessEnv, folders: readonly string[]): NodeJS.ProcessEnv {
  return { ...env, PATH: [...folders, env.PATH ?? ""].join(delimiter) };
}

function missing(env: NodeJS.ProcessEnv): string {
  const refused = refusedEngines(env).map(({ pulumi, why }) => ` ${pulumi}: ${why}.`);
  return `there is no Pulumi engine on PATH or in Pulumi's home.${refused.join("")} Install the Pulumi CLI, or run \`npm install pulumi\``;
}
