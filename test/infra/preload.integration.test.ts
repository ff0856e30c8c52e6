import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../manifest/support/fixture.ts";

const repository = join(import.meta.dirname, "../..");

/** Runs code in a process that has loaded the module before, and returns what it printed, as JSON. */
function runPreloaded(code: string, cwd = join(repository, "infra")): unknown {
  const args = ["--require", join(repository, "infra/preload.cjs"), "--input-type=commonjs", "--eval", code];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

it("lets the SDK serialize functions as it does without it", () => {
  const code = `
    const { serializeFunction } = require("@pulumi/pulumi/runtime");
    const limits = { most: Math.max };
    serializeFunction((a) => limits.most(a, 42)).then(({ text }) => console.log(JSON.stringify(text)));`;
  const text = runPreloaded(code);
  expect(text).toContain("{most: global.Math.max}");
  expect(text).toContain("return (a) => limits.most(a, 42);");
});

it("leaves every export of what it defers in place", () => {
  const code = `
    const closure = ["serializeClosure", "codePaths", "v8Hooks"].map((name) => "runtime/closure/" + name);
    const files = [...closure, "cmd/run/tracing"].map((name) => require.resolve("@pulumi/pulumi/" + name + ".js"));
    const list = () => files.map((file) => Object.entries(require(file)).map(([name, value]) => [name, typeof value]));
    const deferred = list();
    for (const file of files) delete require.cache[file];
    console.log(JSON.stringify({ deferred, real: list() }));`;
  const { deferred, real } = runPreloaded(code) as Record<"deferred" | "real", unknown[][]>;
  expect(real.flat()).toEqual(
    expect.arrayContaining([
      ["serializeFunction", "function"],
      ["newSpan", "function"],
    ]),
  );
  expect(deferred).toEqual(real);
});

it("lets the SDK send traces", () => {
  const code = `
    const tracing = require("@pulumi/pulumi/cmd/run/tracing.js");
    tracing.newSpan("before the start").end();
    const server = require("node:http").createServer(async (request, response) => {
      const spans = JSON.parse(Buffer.concat(await request.toArray()));
      response.end();
      console.log(JSON.stringify(spans.map(({ name }) => name)));
      process.exit();
    });
    server.listen(0, "127.0.0.1", () => {
      tracing.start("http://127.0.0.1:" + server.address().port);
      tracing.newSpan("a span").end();
    });`;
  expect(runPreloaded(code)).toEqual(["a span"]);
});

it.each([
  ["", ""],
  [
    ", also to a program that has loaded the debugger itself",
    'Object.keys(require("@pulumi/pulumi/runtime/closure/v8Hooks.js"));',
  ],
])("lets the SDK name the file of a function that was loaded before the debugger%s", (_, before) => {
  const code = `
    ${before}
    const hooks = require("@pulumi/pulumi/runtime/closure/v8Hooks.js");
    hooks.getSessionAsync().then(() => {
      const urls = Array.from({ length: 5_000 }, (_, id) => hooks.getScriptUrl(String(id)));
      console.log(JSON.stringify(urls.filter((url) => url?.endsWith("infra/check-node-version.cjs")).length));
    });`;
  expect(runPreloaded(code)).toBe(1);
});

it("does nothing to a program without the SDK", () => {
  using folder = temporaryFolder();
  expect(runPreloaded("console.log(JSON.stringify('started'))", folder.path)).toBe("started");
});
