import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { startEmulator } from "../../src/emulator/index.ts";
import { cached, environment, run } from "./cache.ts";
import { settleRequests } from "./record.ts";
import { coverage } from "./routes.ts";

const folder = fileURLToPath(new URL("go/", import.meta.url));
let program: string;

// Compiling the whole SDK takes 3 minutes on 2 cores, and seconds if Go's own cache has it.
beforeAll(async () => {
  const sources = await Promise.all(["main.go", "go.sum"].map((name) => readFile(join(folder, name), "utf8")));
  const built = await cached("go", sources.join(""), async (empty) => {
    await run("go", ["build", "-o", empty, "."], { cwd: folder });
  });
  program = join(built, "contract");
});

test("the official SDK for Go works through all its calls", async () => {
  await using emulator = await startEmulator({ queues: [{ name: "orders" }, { name: "dead" }] });
  const { stdout } = await run(program, [], { env: environment(emulator) });
  expect(stdout).toMatch(/^\{Metrics:\{BacklogBytes:5 BacklogCount:1 .*\ndone\n$/s);
  expect(emulator.messages("orders")).toMatchObject([{ body: { left: "by Go" }, contentType: "json" }]);
  const { wanted, seen } = coverage(emulator);
  expect(seen).toEqual(wanted);
  await settleRequests("cloudflare for Go 7.9.0", emulator);
});
