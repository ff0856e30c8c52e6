import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { publint } from "publint";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type OwnPackage, packagePackageJson } from "../../scripts/pack/package-json.ts";
import { install, packageJson, run } from "./support/install.ts";
import { packed } from "./support/packed.ts";

const repository = join(import.meta.dirname, "../..");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "package-")));
const project = join(folder, "project");
let tarball = "";

beforeAll(() => {
  tarball = packed();
  mkdirSync(project);
  install(tarball, project);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const packedFiles = () => run(folder, "tar", "-tzf", tarball).trimEnd().split("\n");
const installed = (path: string) => join(project, "node_modules/queue-seeder", path);

it("has no finding of publint", async () => {
  const { messages } = await publint({ pkgDir: installed("."), strict: true, pack: false });
  expect(messages).toEqual([]);
});

it("contains the producer Worker unchanged", () => {
  const read = (path: string) => readFileSync(path, "utf8");
  const path = "src/producer/worker.js";
  expect(read(installed(path))).toBe(read(join(repository, path)));
});

it("contains code, declarations and the files that it reads, and no tests", () => {
  const files = packedFiles();
  expect(new Set(files.map(extname))).toEqual(
    new Set([".js", ".mjs", ".cjs", ".ts", ".json", ".jsonc", ".html", ".css", ".md", ".yml", ".sh", ""]),
  );
  expect(files.filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))).toEqual([]);
  const folders =
    /^package\/(src|infra|docs|scripts\/engine)\/|^package\/messages\/manifest\.schema\.json$|^package\/[^/]+$/;
  expect(files.filter((path) => !folders.test(path) || /\.test\.|\.env|Pulumi\./.test(path))).toEqual([]);
  expect(files).toEqual(
    expect.arrayContaining([
      "package/LICENSE",
      "package/README.md",
      "package/docs/schemas/plan.schema.json",
      "package/infra/library.d.ts",
      "package/infra/provider/entry.mjs",
      "package/messages/manifest.schema.json",
      "package/src/emulator/page/index.html",
      "package/src/producer/worker.js",
      "package/src/producer/wrangler.jsonc",
    ]),
  );
  expect(statSync(tarball).size).toBeLessThan(600_000);
});

it("names the repository in which GitHub builds it, as provenance requires", () => {
  const own = packageJson() as unknown as OwnPackage;
  const built = packagePackageJson(own, new Set(["yaml"]), {
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "acme/seeds",
  });
  expect(built).toMatchObject({
    repository: { type: "git", url: "git+https://github.com/acme/seeds.git" },
    bugs: { url: "https://github.com/acme/seeds/issues" },
  });
  expect(packagePackageJson(own, new Set(["yaml"]), {})).not.toHaveProperty("repository");
});

it("init copies the tarball that it was installed from into a project of its own", () => {
  run(project, "npx", "--no-install", "queue-seeder", "init", "seeds", "--yes");
  const name = basename(tarball);
  expect(packageJson(join(project, "seeds")).dependencies).toMatchObject({ "queue-seeder": `file:vendor/${name}` });
  expect(readFileSync(join(project, "seeds/vendor", name)).equals(readFileSync(tarball))).toBe(true);
});

it("reveals nothing about the machine that packed it", () => {
  const texts = packedFiles().map((path) => readFileSync(installed(path.replace(/^package\//, "")), "utf8"));
  for (const location of [repository, folder, "resolved"]) {
    expect(texts.filter((text) => text.includes(`"${location}`) || text.includes(`${location}/`))).toEqual([]);
  }
});

it("depends on what it imports at run time, and leaves the SDK to the project", () => {
  const { dependencies, peerDependencies, ...rest } = packageJson(installed("."));
  const own = packageJson();
  const ranges = Object.entries(own.dependencies as object).map(([name, version]) => [
    name,
    /^\d/.test(version) ? `^${version}` : version,
  ]);
  // Deployed with in test/contract/oldest-sdk.test.ts.
  const sdk = { "@pulumi/pulumi": "^3.142.0" };
  const all = { ...Object.fromEntries(ranges), ...(own.peerDependencies as object), ...sdk };
  expect(all).toMatchObject({ ...(dependencies as object), ...(peerDependencies as object) });
  expect(Object.keys(dependencies as object)).toEqual(expect.arrayContaining(["ajv", "undici", "yaml"]));
  // Only the repository depends on it: it is the launcher of the Pulumi CLI.
  expect(Object.keys(dependencies as object)).not.toContain("pulumi");
  const peers = ["@pulumi/cloudflare", "@pulumi/pulumi", "esbuild", "miniflare", "typescript"];
  expect(Object.keys(peerDependencies as object).sort()).toEqual(peers);
  expect(rest.peerDependenciesMeta).toMatchObject(
    Object.fromEntries(["esbuild", "miniflare", "typescript"].map((name) => [name, { optional: true }])),
  );
  expect(rest).not.toHaveProperty("private");
  expect(rest).not.toHaveProperty("scripts");
  expect(rest.version).toBe(own.version);
});

it("can be imported and required, and is found by the name in the Pulumi state", () => {
  const names = `console.log(Object.keys(require("queue-seeder")).join())`;
  expect(run(project, process.execPath, "--input-type=commonjs", "-e", names)).toContain("runProgram");
  const places = `for (const name of ["lifecycle", "manifest.schema.json"]) console.log(import.meta.resolve("queue-seeder/" + name))`;
  const [lifecycle, schema] = run(project, process.execPath, "--input-type=module", "-e", places).trim().split("\n");
  expect(lifecycle).toBe(pathToFileURL(installed("infra/provider/entry.mjs")).href);
  expect(schema).toBe(pathToFileURL(installed("messages/manifest.schema.json")).href);
});

it("includes the command line", () => {
  expect(run(project, "npx", "--offline", "queue-seeder", "--help")).toContain("validate");
  mkdirSync(join(project, "messages"));
  writeFileSync(join(project, "messages/a.yaml"), "queue: orders\nmessages:\n  - body: 1\n");
  run(project, "npx", "--offline", "queue-seeder", "validate");
  writeFileSync(join(project, "messages/a.yaml"), "queue: orders\nmesages: []\n");
  expect(() => run(project, "npx", "--offline", "queue-seeder", "validate")).toThrow("messages/a.yaml:2:1");
});

it("reports at once that Node is too old", () => {
  const preload = join(project, "version.cjs");
  writeFileSync(preload, 'Object.defineProperty(process.versions, "node", { value: "20.20.2" });\n');
  const main = installed("src/cli/main.mjs");
  expect(() => run(project, process.execPath, "-r", preload, main)).toThrow("queue-seeder needs Node 22.18 or newer");
});

// Errors in the declarations themselves are searched by the newest and the oldest resolution only, since that takes most of the time.
it.each([
  ["nodenext", "nodenext", "module", false],
  ["nodenext", "nodenext", "commonjs", true],
  ["esnext", "bundler", "module", true],
  ["commonjs", "node10", "commonjs", false],
])(
  "has complete types under --module %s --moduleResolution %s in a package of type %s",
  (module, resolution, type, skipLibCheck) => {
    const own = packageJson(project);
    writeFileSync(join(project, "package.json"), JSON.stringify({ ...own, type }));
    writeFileSync(join(project, "types.ts"), typed);
    const compilerOptions = {
      module,
      moduleResolution: resolution,
      target: "es2022",
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck,
      noEmit: true,
      types: [],
      ignoreDeprecations: "6.0",
    };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["types.ts"] }));
    run(project, process.execPath, join(repository, "node_modules/typescript/bin/tsc"), "-p", project);
  },
  120_000,
);

/** Does not compile if a type is missing, or is `any`. */
const typed = `import type { Output } from "@pulumi/pulumi";
import { type ManifestOutputs, MessageManifest, type Outputs, runProgram } from "queue-seeder";

export const outputs: Promise<Outputs> = runProgram("/somewhere");
export const pushed: Promise<Output<number> | undefined> = outputs.then(({ manifests }) =>
  manifests.a?.apply((manifest: ManifestOutputs) => manifest.pushed),
);
// @ts-expect-error: the root is missing
runProgram();
// @ts-expect-error: not a string
export const wrong: Promise<Output<string> | undefined> = pushed;

const seeded = new MessageManifest("a", { path: "seeds", queueId: Promise.resolve("id") }, { protect: true });
export const count: Output<number> = seeded.pushed;
// @ts-expect-error: not a text
export const text: Output<string> = seeded.pushed;
export const all: Output<Readonly<Record<string, ManifestOutputs>>> = seeded.manifests;
const messages = seeded.pushed.apply((body) => [{ body, contentType: "json" as const }]);
new MessageManifest("b", { queueId: "id", messages, secrets: false, push: "on_change" });
new MessageManifest("c", { queueId: "id", messages: [{ id: "a", body: { deep: [count] }, delaySeconds: count }] });
// @ts-expect-error: no such mode
new MessageManifest("d", { queueId: "id", messages: [], push: "sometimes" });
// @ts-expect-error: no queue
new MessageManifest("e", { messages: [] });
`;
