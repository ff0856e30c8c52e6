import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Emulator, startEmulator } from "../../../src/emulator/index.ts";
import { findEngine } from "../../../src/engine/find-engine.ts";
import { unpack } from "../../package/support/install.ts";
import { packed } from "../../package/support/packed.ts";
import { type GithubApi, startGithubApi } from "../../pipelines/support/github-api.ts";
import { fasterRuns } from "./shared-folder.ts";
import { makeStack, type OwnStack } from "./stack.ts";

const repository = join(import.meta.dirname, "../../..");

/**
 * A project as `init` creates it, with the pipelines of docs/pipelines/. The commands of their files are run here, with the
 * packed package and the real Pulumi CLI. Not included: GitHub, GitLab, `npm ci` and the actions.
 */
export interface PipelineWorld extends AsyncDisposable {
  readonly stack: OwnStack;
  readonly emulator: Emulator;
  readonly api: GithubApi;
  /** Environment of a runner without secrets. */
  readonly runnerEnv: Readonly<Record<string, string>>;
  readonly folder: string;
}

export async function makePipelineWorld(): Promise<PipelineWorld> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pipelines-")));
  const emulator = await startEmulator({ queues: [{ name: "orders" }], rateLimit: false });
  const api = await startGithubApi();
  const stack = await makeStack({
    name: "dev",
    // The secrets of the pipelines are those of a stack with a passphrase.
    passphrase: true,
    copy: [],
    install: (dir) => {
      // The project needs a repository of its own: pipelines belong in its root.
      mkdirSync(join(dir, ".git"));
      unpack(packed(), dir);
      linkLauncher(dir);
      const command = join(dir, "node_modules/.bin/queue-seeder");
      const queue = `orders=${emulator.queueId("orders")}`;
      for (const ci of ["github", "gitlab"]) {
        const flags = ["--yes", "--name", "shop", "--account", emulator.accountId, "--queue", queue, "--ci", ci];
        const made = spawnSync(process.execPath, [command, "init", ...flags], { cwd: dir, encoding: "utf8" });
        if (made.status !== 0) throw new Error(made.stderr);
      }
    },
  });
  const { PATH = "", QUEUE_SEEDER_TEST_PROJECT = "" } = stack.project.env;
  const home = join(folder, "home");
  mkdirSync(home);
  symlinkSync(engineVersions(), join(home, "versions"));
  return {
    stack,
    emulator,
    api,
    folder,
    runnerEnv: {
      PATH,
      QUEUE_SEEDER_TEST_PROJECT,
      HOME: home,
      PULUMI_HOME: home,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      CLOUDFLARE_BASE_URL: emulator.baseUrl,
      ...fasterRuns(),
    },
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      await emulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Returns the folder in Pulumi's home from which the npm package `pulumi` runs its version of the CLI. */
function engineVersions(): string {
  const engine = findEngine();
  if (engine === undefined) throw new Error("No Pulumi engine is here. Run `npm run engine` first.");
  return join(realpathSync(engine.binDir), "../..");
}

function linkLauncher(dir: string): void {
  const target = join(dir, "node_modules/pulumi");
  if (!existsSync(target)) symlinkSync(join(repository, "node_modules/pulumi"), target);
  const bin = join(dir, "node_modules/.bin/pulumi");
  if (existsSync(bin)) return;
  mkdirSync(dirname(bin), { recursive: true });
  symlinkSync("../pulumi/run.js", bin);
}
