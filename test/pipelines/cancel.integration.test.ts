import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder, writeFiles } from "../manifest/support/fixture.ts";
import { readWorkflow } from "./support/workflow.ts";

const file = join(import.meta.dirname, "../../docs/pipelines/github/messages-deploy.yml");

/** A stand-in for the command: prints a line when it starts, and when it gets a signal to stop. */
const command = `#!/usr/bin/env node
const say = (message) => console.log(JSON.stringify({ kind: "notice", message }));
process.on("SIGINT", () => {
  say("stopping");
  process.exitCode = 130;
  clearInterval(running);
});
const running = setInterval(() => {}, 1_000);
say("started");
`;

it("a cancelled deployment gets the signal, and its last output is kept", async () => {
  const script = readWorkflow(file).jobs.deploy?.steps.find(({ name }) => name === "Deploy")?.run ?? "";
  using folder = temporaryFolder();
  writeFiles(folder.path, { "node_modules/.bin/queue-seeder": command });
  chmodSync(join(folder.path, "node_modules/.bin/queue-seeder"), 0o755);
  // As the runner does: only the step's process gets the signal.
  const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
    cwd: folder.path,
    env: { PATH: `${join(folder.path, "node_modules/.bin")}:${process.env.PATH}`, STACK: "dev" },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const signal = AbortSignal.timeout(20_000);
  try {
    let shown = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      shown += text;
    });
    while (!shown.includes("started")) await once(child.stdout, "data", { signal });
    child.kill("SIGINT");
    const [code] = await once(child, "close", { signal });
    expect([code, shown]).toEqual([130, "started\nstopping\n"]);
    expect(readFileSync(join(folder.path, "up.ndjson"), "utf8")).toContain('"stopping"');
  } finally {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  }
});
