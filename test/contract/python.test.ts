import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { startEmulator } from "../../src/emulator/index.ts";
import { cached, environment, run } from "./cache.ts";
import { settleRequests } from "./record.ts";
import { coverage } from "./routes.ts";

const folder = fileURLToPath(new URL("python/", import.meta.url));
let python: string;

beforeAll(async () => {
  const requirements = join(folder, "requirements.txt");
  const venv = await cached("python", await readFile(requirements, "utf8"), async (empty) => {
    await run("python3", ["-m", "venv", empty]);
    await run(join(empty, "bin/python"), ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
  });
  python = join(venv, "bin/python");
});

test("the official SDK for Python works through all its calls", async () => {
  await using emulator = await startEmulator({ queues: [{ name: "orders" }, { name: "dead" }] });
  const { stdout } = await run(python, [join(folder, "client.py")], { env: environment(emulator) });
  expect(stdout).toBe("done\n");
  expect(emulator.messages("orders")).toMatchObject([{ body: { left: "by Python" }, contentType: "json" }]);
  const { wanted, seen } = coverage(emulator);
  expect(seen).toEqual(wanted);
  await settleRequests("cloudflare for Python 5.9.0", emulator);
});
