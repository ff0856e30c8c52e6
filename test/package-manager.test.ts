import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findPackageManager, pulumiCommand } from "../src/package-manager.ts";
import { temporaryFolder, writeFiles } from "./manifest/support/fixture.ts";

describe("the package manager of a project", () => {
  it.each([
    [{ "package-lock.json": "{}" }, "npm", "npx --no-install"],
    [{ "npm-shrinkwrap.json": "{}" }, "npm", "npx --no-install"],
    [{ "pnpm-lock.yaml": "" }, "pnpm", "pnpm exec"],
    [{ "yarn.lock": "" }, "yarn", "yarn run"],
    [{ "bun.lock": "" }, "bun", "bun run"],
    [{ "bun.lockb": "" }, "bun", "bun run"],
    [{ "package.json": '{"packageManager": "pnpm@10.1.0+sha512.abc"}' }, "pnpm", "pnpm exec"],
    [{ "package.json": '{"packageManager": "vlt@1.0.0"}' }, "npm", "npx --no-install"],
    [{ "package.json": "{," }, "npm", "npx --no-install"],
    [{}, "npm", "npx --no-install"],
  ])("with %j is %s", (files, name, exec) => {
    using folder = temporaryFolder();
    writeFiles(folder.path, files);
    mkdirSync(join(folder.path, ".git"));
    expect(findPackageManager(folder.path, {})).toMatchObject({ name, exec });
  });

  it("is that of the workspace above, up to the root of the repository", () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, { "yarn.lock": "", "repo/pnpm-lock.yaml": "", "repo/a/b/package.json": "{}" });
    mkdirSync(join(folder.path, "repo/.git"));
    expect(findPackageManager(join(folder.path, "repo/a/b"), {}).name).toBe("pnpm");
    mkdirSync(join(folder.path, "repo/a/.git"));
    expect(findPackageManager(join(folder.path, "repo/a/b"), {}).name).toBe("npm");
  });

  it("is the one that started the process if no file names one", () => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, ".git"));
    const env = { npm_config_user_agent: "bun/1.3.0 npm/? node/v24.3.0 linux x64" };
    expect(findPackageManager(folder.path, env).name).toBe("bun");
    writeFiles(folder.path, { "pnpm-lock.yaml": "" });
    expect(findPackageManager(folder.path, env).name).toBe("pnpm");
  });
});

it("a command of Pulumi is shown with the package manager unless the shell finds it", () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, { "pnpm-lock.yaml": "", "bin/pulumi": "", "node_modules/.bin/pulumi": "" });
  for (const each of ["bin/pulumi", "node_modules/.bin/pulumi"]) chmodSync(join(folder.path, each), 0o755);
  const typed = (bin: string) => pulumiCommand("login", folder.path, { PATH: join(folder.path, bin) });
  expect(typed("bin")).toBe("pulumi login");
  // A package manager puts this folder on PATH, and the user's shell does not have it.
  expect(typed("node_modules/.bin")).toBe("pnpm exec pulumi login");
  expect(pulumiCommand("login", folder.path, {})).toBe("pnpm exec pulumi login");
});
