import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findPlugAndPlay } from "../../src/engine/plug-and-play.ts";
import { EngineNotFoundError, engineEnvironment, findPulumi } from "../../src/engine/pulumi.ts";
import { UsageError } from "../../src/usage-error.ts";
import { temporaryFolder, writeFiles } from "../manifest/support/fixture.ts";

it("reports why the package `pulumi` could not get an engine", async () => {
  using root = temporaryFolder();
  const launcher = "node_modules/.bin/pulumi";
  writeFiles(root.path, { [launcher]: "#!/bin/sh\necho downloading >&2\necho 'error: no route' >&2\nexit 1\n" });
  chmodSync(join(root.path, launcher), 0o755);
  mkdirSync(join(root.path, "home"));
  const env = { PATH: "/usr/bin:/bin", PULUMI_HOME: join(root.path, "home"), HOME: join(root.path, "home") };
  const failure = await findPulumi(root.path, env).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(EngineNotFoundError);
  expect(String(failure)).toContain("The package `pulumi` could not get one (error: no route). Install the Pulumi CLI");
});

it.each([".", "packages/shop"])("refuses the packages of Yarn's Plug'n'Play for a project in %s", async (folder) => {
  using root = temporaryFolder();
  writeFiles(root.path, { ".pnp.cjs": "", [`${folder}/Pulumi.yaml`]: "" });
  const project = join(root.path, folder);
  await expect(findPulumi(project, {})).rejects.toThrow(UsageError);
  await expect(findPulumi(project, {})).rejects.toThrow(
    /^YARN_PNP: .* Run `yarn config set nodeLinker node-modules && yarn install`\. Nothing was done\.$/,
  );
});

it("does not refuse a project with its own packages because of Plug'n'Play files above it", () => {
  using root = temporaryFolder();
  writeFiles(root.path, { ".pnp.cjs": "", "shop/node_modules/@pulumi/pulumi/package.json": "{}" });
  expect(findPlugAndPlay(join(root.path, "shop"))).toBeUndefined();
});

it("has the program and the provider use Node's compile cache, in the folder from the environment if one is set", () => {
  const engine = { pulumi: "/opt/pulumi/pulumi", binDir: "/opt/pulumi", version: "3.250.0", from: "path" } as const;
  const own = join(import.meta.dirname, "../../node_modules/.cache/queue-seeder");
  expect(engineEnvironment(engine, {}).NODE_COMPILE_CACHE).toBe(own);
  expect(engineEnvironment(engine, { NODE_COMPILE_CACHE: "/var/cache/node" }).NODE_COMPILE_CACHE).toBe(
    "/var/cache/node",
  );
});

it("limits the young generation of the program and the provider, unless the user's options set it", () => {
  const engine = { pulumi: "/opt/pulumi/pulumi", binDir: "/opt/pulumi", version: "3.250.0", from: "path" } as const;
  const optionsWith = (NODE_OPTIONS: string) => engineEnvironment(engine, { NODE_OPTIONS }).NODE_OPTIONS;
  expect(engineEnvironment(engine, {}).NODE_OPTIONS).toBe("--max-semi-space-size=8");
  expect(optionsWith("--use-openssl-ca")).toBe("--use-openssl-ca --max-semi-space-size=8");
  for (const own of ["--max-semi-space-size=32", "--no-warnings --max_semi_space_size=1"])
    expect(optionsWith(own)).toBe(own);
});
