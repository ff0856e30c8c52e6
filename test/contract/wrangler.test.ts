/** `--wrangler-dev`: the consumer runs under an unmodified `wrangler dev`, in a process of its own. */

import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { spawnProcess } from "../../src/engine/child-process.ts";
import { npmPackages } from "./cache.ts";
import { Project, prelude } from "./workers.ts";
import { wranglerVersion } from "./wrangler.ts";

let wrangler: string;

beforeAll(async () => {
  wrangler = await npmPackages("wrangler", `wrangler@${wranglerVersion}`);
});

const files = {
  "consumer.ts": `${prelude}
    export default { async queue(batch: Batch): Promise<void> {
      show(batch);
      if (batch.messages.some(({ body, attempts }) => body === "again" && attempts === 1)) throw new Error("not yet");
    } };`,
  "wrangler.jsonc": JSON.stringify({
    name: "mailer",
    main: "consumer.ts",
    compatibility_date: "2026-06-01",
    queues: { consumers: [{ queue: "orders", max_batch_size: 2, max_batch_timeout: 0, max_retries: 1 }] },
  }),
};

/** Where wrangler's processes of this test meet, and what keeps them on this machine. */
function environment({ folder }: Project): NodeJS.ProcessEnv {
  return {
    WRANGLER_REGISTRY_PATH: join(folder, "registry"),
    XDG_CONFIG_HOME: join(folder, "config"),
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    WRANGLER_SEND_METRICS: "false",
    CI: "true",
  };
}

/** `wrangler dev` with all that it starts. */
class Dev implements Disposable {
  readonly #running: ReturnType<typeof spawnProcess>;
  #printed = "";

  constructor(project: Project) {
    const args = [join(wrangler, "node_modules/wrangler/bin/wrangler.js"), "dev", "--port=0", "--inspector-port=0"];
    const env = { ...process.env, ...environment(project) };
    this.#running = spawnProcess(process.execPath, args, { cwd: project.folder, env });
    this.#running.child.stdout?.on("data", (data) => {
      this.#printed += String(data);
    });
  }

  /** Resolves once its consumer has printed the text. @throws Error when it ends before */
  async printed(text: string): Promise<void> {
    const { child, done } = this.#running;
    const seen = new Promise<void>((resolve) => {
      const look = () => {
        if (this.#printed.includes(text)) resolve();
      };
      child.stdout?.on("data", look);
      look();
    });
    const ended = done.then(({ stdout, stderr }) => {
      throw new Error(`wrangler ended before it printed ${text}: ${stdout}${stderr}`);
    });
    await Promise.race([seen, ended]);
  }

  /** SIGTERM lets it take its leave; SIGKILL ends all that it started. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (signal === "SIGKILL") this.#running.stop();
    else this.#running.child.kill(signal);
    await this.#running.done;
  }

  [Symbol.dispose](): void {
    this.#running.stop();
  }
}

test("messages wait for a consumer under wrangler dev, reach it, and survive its end", async () => {
  await using project = await Project.open(wrangler, files);
  await using running = await project.emulate(environment(project), "--wrangler-dev", "orders");
  await running.push(1, 2);
  await running.push("again");
  expect(await running.bodies("orders")).toEqual([1, 2, "again"]);
  {
    using dev = new Dev(project);
    await running.printed("[orders] info: wrangler dev consumes this queue");
    await running.printed("[orders] info: 3 of 3 messages handed over");
    await dev.printed("batch [[1,1],[2,1]]");
    // Retries are wrangler's own, as its configuration says.
    await dev.printed('batch [["again",2]]');
    expect(await running.bodies("orders")).toEqual([]);
    await dev.end("SIGTERM");
  }
  await running.printed("[orders] info: wrangler dev has stopped");
  await running.push("kept");
  expect(await running.bodies("orders")).toEqual(["kept"]);
  using dev = new Dev(project);
  await dev.printed('batch [["kept",1]]');
  await running.printed("[orders] info: 1 of 1 messages handed over");
  expect(await running.bodies("orders")).toEqual([]);
  await dev.end("SIGKILL");
  // It could not take its leave, so the registry still names it.
  await running.push("kept too");
  await running.printed("wrangler dev does not accept the messages; they stay in the queue");
  expect(await running.bodies("orders")).toEqual(["kept too"]);
});
