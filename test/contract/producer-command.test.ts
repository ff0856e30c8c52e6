/** `emulate --producer` and `demo --transport worker` as commands, with workerd from the package miniflare. */

import { execFile } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { defaults } from "../../src/emulator/defaults.ts";
import { deriveKeyPair } from "../../src/producer/signing.ts";
import { helloPath, pushBody, pushPath } from "../../src/producer/wire.ts";
import { type Command, startCommandIn } from "../emulator/command.ts";
import { keyOf, messagesOf, WorkerCaller } from "../producer/support/requests.ts";
import { npmPackages } from "./cache.ts";

const run = promisify(execFile);
const main = new URL("../../src/cli/main.mjs", import.meta.url).pathname;
const key = Buffer.alloc(32, 9).toString("base64");
let folder: string;

beforeAll(async () => {
  const packages = await npmPackages("miniflare", "miniflare@4.20260730.0");
  folder = await mkdtemp(join(tmpdir(), "producer-"));
  await writeFile(join(folder, "package.json"), '{"private": true, "type": "module"}');
  await symlink(join(packages, "node_modules"), join(folder, "node_modules"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Returns the address that the command printed. */
function addressIn(command: Command): URL {
  return new URL(/producer Worker at (http:\S+):\n/.exec(command.stderr())?.[1] ?? "");
}

/** Says hello with a Worker key. @returns the status */
async function hello(base: URL, workerKey: string): Promise<number> {
  const { privateKey } = deriveKeyPair(workerKey, defaults.account, "queue-seeder");
  return (await new WorkerCaller(base).call({ method: "GET", path: helloPath, key: privateKey })).status;
}

it("makes a key for the run, in a file of the user's own, and never prints it", async () => {
  const command = await startCommandIn(folder, process.env, "--producer");
  await using _ = command;
  await command.printed("workerKey <");
  const [, file = ""] = /workerKey < (\S+)\n/.exec(command.stderr()) ?? [];
  const made = readFileSync(file, "utf8").trim();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await hello(addressIn(command), made)).toBe(200);
  expect(await hello(addressIn(command), key)).toBe(401);
  expect(command.stderr()).not.toContain(made);
  expect(command.stderr()).toContain(`pulumi config set --path queue-seeder:worker.url ${addressIn(command).origin}\n`);
  expect(await command.end("SIGTERM")).toEqual({ code: 0, signal: null });
  expect(existsSync(file)).toBe(false);
});

it("takes the key from a file or the environment, and keeps ledgers with the queues", async () => {
  await writeFile(join(folder, "key"), `${key}\n`);
  const flags = ["--producer", "--queue", "orders", "--persist", "state.sqlite"];
  const { privateKey } = deriveKeyPair(key, defaults.account, "queue-seeder");
  const push = async (command: Command) => {
    const caller = new WorkerCaller(addressIn(command));
    const body = pushBody({ keys: [keyOf(1)], resend_in_doubt: false }, messagesOf([1]));
    return (await caller.call({ path: pushPath("orders", "d1"), body, key: privateKey })).json;
  };
  {
    const command = await startCommandIn(folder, process.env, ...flags, "--producer-key", "key");
    await using _ = command;
    await command.printed("workerKey < key\n");
    expect(await push(command)).toMatchObject({ state: "accepted", repeated: 0 });
    await command.end("SIGTERM");
  }
  const command = await startCommandIn(folder, { ...process.env, QUEUE_SEEDER_WORKER_KEY: key }, ...flags);
  await using _ = command;
  await command.printed("printenv QUEUE_SEEDER_WORKER_KEY | pulumi config set");
  expect(await push(command)).toMatchObject({ state: "accepted", repeated: 1 });
  expect(command.stderr()).not.toContain(key);
  // A signal that ends the runtime too.
  await command.end("SIGTERM");
});

it("restarts the runtime if it ends", async () => {
  const env = { ...process.env, QUEUE_SEEDER_WORKER_KEY: key };
  const command = await startCommandIn(folder, env, "--producer");
  await using _ = command;
  await command.printed("producer Worker at");
  const base = addressIn(command);
  expect(await hello(base, key)).toBe(200);
  process.kill(await findRuntime(command), "SIGKILL");
  await command.printed("[producer] warn: The Worker's runtime ended. It is started again.");
  // Until it listens, connections end without an answer.
  while ((await hello(base, key).catch(() => 0)) !== 200) await new Promise((resolve) => setImmediate(resolve));
  await command.end("SIGTERM");
});

it("ends the runtime, however it ends itself", async () => {
  for (const signal of ["SIGKILL", "SIGINT"] as const) {
    const command = await startCommandIn(folder, { ...process.env, QUEUE_SEEDER_WORKER_KEY: key }, "--producer");
    await using _ = command;
    await command.printed("producer Worker at");
    const runtime = await findRuntime(command);
    expect(isRunning(runtime)).toBe(true);
    await command.end(signal);
    while (isRunning(runtime)) await new Promise((resolve) => setImmediate(resolve));
  }
});

/** Returns the process id of the runtime that a command started, in a shell. */
async function findRuntime({ pid }: Command): Promise<number> {
  const shell = await run("pgrep", ["-P", String(pid), "sh"]);
  const { stdout } = await run("pgrep", ["-P", shell.stdout.trim(), "workerd"]);
  return Number(stdout);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it("demonstrates a project through the Worker", async () => {
  const repository = new URL("../..", import.meta.url).pathname;
  const env = { ...process.env, NODE_PATH: join(folder, "node_modules") };
  const { stdout, stderr } = await run(process.execPath, [main, "demo", "--transport", "worker"], {
    cwd: repository,
    env,
  });
  const shown = stdout + stderr;
  expect(shown).toContain("Messages are pushed through the producer Worker, in workerd.");
  expect(shown).toContain("7 messages were pushed");
  expect(shown).toContain("Nothing was pushed.");
});
