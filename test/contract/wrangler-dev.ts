import { join } from "node:path";
import { spawnProcess } from "../../src/engine/child-process.ts";

/** Returns an environment with a dev registry of its own, in which wrangler's processes stay on this machine. */
export function devEnvironment(folder: string): NodeJS.ProcessEnv {
  return {
    WRANGLER_REGISTRY_PATH: join(folder, "registry"),
    XDG_CONFIG_HOME: join(folder, "config"),
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    WRANGLER_SEND_METRICS: "false",
    CI: "true",
  };
}

/** A `wrangler dev` process and its child processes. */
export class WranglerDev implements Disposable {
  readonly #running: ReturnType<typeof spawnProcess>;
  #printed = "";

  /** @param packages the folder in which wrangler is installed @param folder its working directory */
  constructor(packages: string, folder: string) {
    const args = [join(packages, "node_modules/wrangler/bin/wrangler.js"), "dev", "--port=0", "--inspector-port=0"];
    const env = { ...process.env, ...devEnvironment(folder) };
    this.#running = spawnProcess(process.execPath, args, { cwd: folder, env });
    this.#running.child.stdout?.on("data", (data) => {
      this.#printed += String(data);
    });
  }

  /** Everything that it printed so far. */
  get output(): string {
    return this.#printed;
  }

  /** Resolves once its consumer has printed the text. @throws Error if it ends before */
  async printed(text: string): Promise<void> {
    const { child, done } = this.#running;
    const seen = new Promise<void>((resolve) => {
      const look = () => {
        if (!this.#printed.includes(text)) return;
        child.stdout?.off("data", look);
        resolve();
      };
      child.stdout?.on("data", look);
      look();
    });
    const ended = done.then(({ stdout, stderr }) => {
      throw new Error(`wrangler ended before it printed ${text}: ${stdout}${stderr}`);
    });
    await Promise.race([seen, ended]);
  }

  /** Ends it. SIGTERM lets it unregister itself; SIGKILL also ends its child processes. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (signal === "SIGKILL") this.#running.stop();
    else this.#running.child.kill(signal);
    await this.#running.done;
  }

  [Symbol.dispose](): void {
    this.#running.stop();
  }
}
