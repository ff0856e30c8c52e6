import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

/** Loads a module in a process of its own, and prints the packages that this loads. */
const script = `
import { createRequire } from "node:module";
await import(process.argv[1]);
const paths = Object.keys(createRequire(import.meta.url).cache);
console.log(JSON.stringify(paths.flatMap((path) => path.match(/node_modules\\/((?:@[^/]+\\/)?[^/]+)/)?.[1] ?? [])));
`;

function packagesOf(path: string): ReadonlySet<string> {
  const url = new URL(path, import.meta.url).href;
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", script, url], { encoding: "utf8" });
  return new Set(JSON.parse(output));
}

// A run with nothing to push waits for the start of this process.
it("Pulumi's calls load neither a parser nor a validator before a run has something to read", () => {
  expect([...packagesOf("../../src/lifecycle/segment-provider.ts")]).toEqual([]);
  expect([...packagesOf("../../src/lifecycle/deployments-provider.ts")]).toEqual([]);
  expect([...packagesOf("../../src/manifest/index.ts")]).toEqual(expect.arrayContaining(["yaml", "ajv"]));
});
