import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findOwnSource } from "../../../src/cli/init/own-source.ts";
import { decideOwnDependency } from "../../../src/cli/init/vendor.ts";
import { temporaryFolder, writeFiles } from "../../manifest/support/fixture.ts";

const own = JSON.stringify({ name: "queue-seeder", version: "1.2.3" });
const lists = (specifier: string) => JSON.stringify({ dependencies: { "queue-seeder": specifier } });
const recorded = (entry: object) => JSON.stringify({ packages: { "node_modules/queue-seeder": entry } });

/** Returns how a project `seeds` depends on a queue-seeder that is installed with these files. */
function dependency(files: Readonly<Record<string, string>>, at = "node_modules/queue-seeder", name?: string) {
  using folder = temporaryFolder();
  const packageJson = name === undefined ? own : own.replace("queue-seeder", name);
  writeFiles(folder.path, { [`${at}/package.json`]: packageJson, ...files });
  const { specifier, vendored } = decideOwnDependency(findOwnSource(join(folder.path, at)), join(folder.path, "seeds"));
  return vendored === undefined ? specifier : [specifier, vendored.from.replace(`${folder.path}/`, ""), vendored.path];
}

describe("the dependency of a new project on queue-seeder", () => {
  it.each([
    ["a registry", lists("^1.2.0"), "^1.2.0"],
    ["a registry, as an alias", lists("npm:@acme/queue-seeder@^1.2.0"), "npm:@acme/queue-seeder@^1.2.0"],
    ["Git", lists("github:acme/queue-seeder#v1.2.3"), "github:acme/queue-seeder#v1.2.3"],
    ["a URL", lists("https://example.com/q.tgz"), "https://example.com/q.tgz"],
  ])("is the specifier of %s that another package.json has", (_, packageJson, specifier) => {
    expect(dependency({ "package.json": packageJson })).toBe(specifier);
  });

  it("is a copy in vendor/ of the tarball that was installed", () => {
    const files = { "package.json": lists("file:dist/queue-seeder-1.2.3.tgz"), "dist/queue-seeder-1.2.3.tgz": "" };
    const copy = ["file:vendor/queue-seeder-1.2.3.tgz", "dist/queue-seeder-1.2.3.tgz", "vendor/queue-seeder-1.2.3.tgz"];
    expect(dependency(files)).toEqual(copy);
    // As pnpm installs it.
    expect(dependency(files, "node_modules/.pnpm/queue-seeder@file+dist/node_modules/queue-seeder")).toEqual(copy);
  });

  it("is the tarball's own path, if that is inside the project", () => {
    const files = { "package.json": lists("file:seeds/lib/q.tgz"), "seeds/lib/q.tgz": "" };
    expect(dependency(files)).toBe("file:lib/q.tgz");
  });

  it.each([
    ["a tarball", { resolved: "file:q.tgz" }, ["file:vendor/q.tgz", "q.tgz", "vendor/q.tgz"]],
    ["Git", { resolved: "git+ssh://git@example.com/q.git#abc" }, "git+ssh://git@example.com/q.git#abc"],
    ["a registry", { resolved: "https://registry.example/queue-seeder/-/queue-seeder-1.2.3.tgz" }, "^1.2.3"],
    ["a registry whose address npm leaves out", { version: "1.2.3" }, "^1.2.3"],
  ])("is what npm recorded of %s", (_, entry, expected) => {
    expect(dependency({ "node_modules/.package-lock.json": recorded(entry), "q.tgz": "" })).toEqual(expected);
  });

  it("is an alias if the package is published under another name", () => {
    const files = { "node_modules/.package-lock.json": recorded({ version: "1.2.3" }) };
    const scoped = dependency(files, "node_modules/queue-seeder", "@acme/queue-seeder");
    expect(scoped).toBe("npm:@acme/queue-seeder@^1.2.3");
  });

  it("is the folder of a clone", () => {
    expect(dependency({}, "clone")).toBe("file:../clone");
  });

  it("does not follow a path that no longer exists", () => {
    const files = { "package.json": lists("file:gone.tgz"), "node_modules/.package-lock.json": recorded({}) };
    expect(dependency(files)).toBe("^1.2.3");
  });
});
