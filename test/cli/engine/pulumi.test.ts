import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findPulumi, NoEngine } from "../../../src/cli/engine/pulumi.ts";
import { temporaryFolder, writeFiles } from "../../manifest/support/fixture.ts";

it("says why the package `pulumi` could get no engine", async () => {
  using root = temporaryFolder();
  const launcher = "node_modules/.bin/pulumi";
  writeFiles(root.path, { [launcher]: "#!/bin/sh\necho downloading >&2\necho 'error: no route' >&2\nexit 1\n" });
  chmodSync(join(root.path, launcher), 0o755);
  mkdirSync(join(root.path, "home"));
  const env = { PATH: "/usr/bin:/bin", PULUMI_HOME: join(root.path, "home"), HOME: join(root.path, "home") };
  const failure = await findPulumi(root.path, env).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(NoEngine);
  expect(String(failure)).toContain("The package `pulumi` could not get one (error: no route). Install the Pulumi CLI");
});
