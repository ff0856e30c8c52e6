import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writeScript } from "./fakes.ts";
import { startWatch, type Watch } from "./watch.ts";

/** A simulated machine: a PATH with one folder, a home for Pulumi, and a launcher. */
export interface Sandbox extends AsyncDisposable {
  readonly dir: string;
  /** The only folder on the PATH, with `go` in it unless it is omitted. */
  readonly pathDir: string;
  readonly env: Record<string, string>;
  readonly launcher: string;
  readonly watch: Watch;
  /** Returns everything in Pulumi's home except the lock file. */
  left(): string[];
}

const tool = join(import.meta.dirname, "fake-tool.ts");

/** Blocks requests to other machines, in case a tool is real: only the test's own server is reachable. */
const closedNetwork = `const open = globalThis.fetch;
globalThis.fetch = (url, ...more) =>
  String(url).startsWith("http://127.0.0.1:") ? open(url, ...more) : Promise.reject(new Error("closed network"));
`;

export async function makeSandbox({ go = true } = {}): Promise<Sandbox> {
  const dir = mkdtempSync(join(tmpdir(), "queue-seeder-engine-"));
  const pathDir = join(dir, "path");
  const launcher = join(dir, "launcher.mjs");
  const preload = join(dir, "closed-network.mjs");
  writeFileSync(launcher, `process.argv.splice(2, 0, "launcher");\nawait import("${pathToFileURL(tool)}");\n`);
  writeFileSync(preload, closedNetwork);
  if (go) writeScript(join(pathDir, "go"), `#!/bin/sh\nexec '${process.execPath}' '${tool}' go "$@"\n`);
  const watch = await startWatch();
  const home = join(dir, "home");
  return {
    dir,
    pathDir,
    launcher,
    watch,
    env: {
      PATH: pathDir,
      HOME: dir,
      PULUMI_HOME: home,
      NODE_OPTIONS: `--import=${pathToFileURL(preload)}`,
      WATCH_URL: watch.url,
      SDK_DIR: dir,
    },
    left: () =>
      existsSync(home)
        ? readdirSync(home, { recursive: true, encoding: "utf8" }).filter(
            (path) => !path.includes(".queue-seeder.lock"),
          )
        : [],
    async [Symbol.asyncDispose]() {
      await watch[Symbol.asyncDispose]();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
