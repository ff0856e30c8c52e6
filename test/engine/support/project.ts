import { cpSync, existsSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { type ProcessResult, type RunningProcess, spawnProcess } from "../../../src/engine/child-process.ts";
import { type Engine, findEngine } from "../../../src/engine/find-engine.ts";
import { type Process, processesWith } from "./processes.ts";
import { fasterRuns, makeProjectFolder } from "./shared-folder.ts";

export interface ProjectOptions {
  /** Texts by path in the project, mainly `messages/…`. They replace copied files. */
  readonly files?: Readonly<Record<string, string>>;
  /** Paths to copy from the repository. Default: the whole program, without the repository's own messages. */
  readonly copy?: readonly string[];
  /** Creates node_modules in the project. Default: a link to the repository's. */
  readonly install?: (dir: string) => void;
  /** Environment of every run of the CLI, and so of the program and the provider. */
  readonly env?: Readonly<Record<string, string>>;
  /** Puts the stand-in for the @pulumi/cloudflare plugin on the PATH. */
  readonly standin?: boolean;
  /** After this time, a run of the CLI is stopped. Default: shorter than the test timeout, so that its output is displayed. */
  readonly timeoutMs?: number;
}

export interface RunOptions {
  /** Further arguments of the CLI. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A Pulumi project in a temporary folder, with its own state. */
export interface Project extends AsyncDisposable {
  /** Absolute, with links resolved. */
  readonly dir: string;
  /** Environment of every run. */
  readonly env: Readonly<Record<string, string>>;
  write(path: string, text: string): void;
  remove(path: string): void;
  /** Runs the CLI. Never throws because of an exit code. */
  pulumi(args: readonly string[], options?: RunOptions): Promise<ProcessResult>;
  /** Starts the CLI, for tests that cancel or kill it. */
  spawn(args: readonly string[], options?: RunOptions): RunningProcess;
  /** Returns the running processes of this project: the CLI, its plugins (`dynamic-provider` in the command) and orphans. */
  processes(): readonly Process[];
}

const root = join(import.meta.dirname, "../../..");
const program = ["Pulumi.yaml", "package.json", "infra", "src", "messages/manifest.schema.json"];
const standinDir = join(import.meta.dirname, "standin");
const passphrase = "a passphrase for tests";

const defaultTimeoutMs = 150_000;

export function makeProject(options: ProjectOptions = {}): Project {
  const { timeoutMs = defaultTimeoutMs } = options;
  const engine = findEngine();
  if (engine === undefined) throw new Error("No Pulumi engine is here. Run `npm run engine` first.");
  const base = makeProjectFolder();
  const dir = join(base, "project");
  for (const folder of [dir, join(base, "home"), join(base, "state")]) mkdirSync(folder);
  const binDir = linkEngine(engine, join(base, "home"));
  // Copies, not links: Node resolves links, and the program would then use the repository as its root.
  for (const path of options.copy ?? program) {
    if (existsSync(join(root, path))) cpSync(join(root, path), join(dir, path), { recursive: true });
  }
  if (options.install === undefined) symlinkSync(join(root, "node_modules"), join(dir, "node_modules"));
  const env = environment(base, binDir, options);
  const running = new Set<RunningProcess>();

  const project: Project = {
    dir,
    env,
    write(path, text) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    },
    remove: (path) => rmSync(join(dir, path), { recursive: true }),
    pulumi: (args, runOptions) => project.spawn(args, runOptions).done,
    spawn(args, { args: more = [], env: own = {} } = {}) {
      const all = [...args, ...more, "--non-interactive", "--color", "never"];
      const run = spawnProcess(engine.pulumi, all, { cwd: dir, env: { ...env, ...own }, timeoutMs });
      running.add(run);
      const forget = () => running.delete(run);
      run.done.then(forget, forget);
      return run;
    },
    processes: () => processesWith("QUEUE_SEEDER_TEST_PROJECT", dir),
    async [Symbol.asyncDispose]() {
      const ends = [...running].map(({ done }) => done.catch(() => undefined));
      for (const run of running) run.stop();
      for (const { pid } of project.processes()) killIfThere(pid);
      await Promise.all(ends);
      rmSync(base, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  for (const [path, text] of Object.entries(options.files ?? {})) project.write(path, text);
  options.install?.(dir);
  return project;
}

/**
 * Only the variables listed here are passed to Pulumi: a developer's credentials, proxies and Pulumi settings must not be. The
 * home folder is a temporary one as well, so that the test leaves nothing in the user's, and Pulumi finds no real plugin.
 */
function environment(base: string, binDir: string, options: ProjectOptions): Record<string, string> {
  const nodeDir = dirname(process.execPath);
  const path = [nodeDir, ...(options.standin ? [standinDir] : []), binDir, process.env.PATH ?? ""];
  return {
    PATH: path.join(delimiter),
    HOME: join(base, "home"),
    PULUMI_HOME: join(base, "home"),
    PULUMI_BACKEND_URL: `file://${join(base, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    QUEUE_SEEDER_TEST_PROJECT: join(base, "project"),
    ...fasterRuns(),
    ...options.env,
  };
}

/**
 * Links the Pulumi CLI into Pulumi's home, as the npm package `pulumi` installs it: the folder's name contains the version, which the
 * command line would otherwise have to ask the CLI for each time.
 *
 * @returns the folder for the PATH
 */
function linkEngine({ binDir, version }: Engine, home: string): string {
  const linked = join(home, "versions", version, "bin");
  mkdirSync(dirname(linked), { recursive: true });
  symlinkSync(realpathSync(binDir), linked);
  return linked;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // The process has already ended.
  }
}
