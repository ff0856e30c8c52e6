import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { findCycles, importsOf, type Layer, readImports, wrongDirections } from "./support/imports.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));

const leaves = /^src\/[^/]+\.(ts|mjs)$/;
const manifest = /^src\/manifest\//;
const plan = /^src\/plan\//;
const cloudflare = /^src\/cloudflare\//;
const producer = /^src\/producer\//;
const push = /^src\/push\//;
const config = /^src\/config\//;
const lifecycle = /^src\/lifecycle\//;
const engine = /^src\/engine\//;
const redrive = /^src\/redrive\//;
const emulator = /^src\/emulator\//;
const rehearse = /^src\/rehearse\//;
const shared = /^src\/cli\/shared\//;
const reporters = /^src\/cli\/reporters\//;
const node = /^node:/;
const internals = /^infra\/pulumi-internals\//;
const pulumiSdk = /^@pulumi\//;

/** A folder of `src/manifest/`. */
const within = (folder: string) => new RegExp(`^src/manifest/${folder}/`);

/** The types of a document's content, and the stacks that it is for. */
const manifestLeaves = /^src\/manifest\/(manifest-input|stack-patterns)\.ts$/;

/** Third-party packages that a part of the tree may import, in addition to the Pulumi SDK. */
const packages = /^(?!@pulumi\/|\.|(src|infra|scripts|test|bench)\/)[@a-z]/;
const outside = [node, packages];

/** Lists the folders of `src/manifest/` in order, each of which may import those before it; its own files combine them. */
const manifestLayers: readonly Layer[] = [
  ["problem"],
  ["files", "problem"],
  ["json", "problem", "files"],
  ["yaml", "problem", "files", "json"],
  ["template", "problem", "json", "yaml"],
  ["schema", "problem", "files", "json", "yaml"],
  ["message", "problem", "yaml", "template", "schema"],
  ["source", "problem", "files", "json", "yaml", "template", "message"],
  ["check", "problem", "files", "yaml"],
].map(([folder = "", ...others]) => ({
  part: within(folder),
  may: [leaves, plan, ...others.map(within), ...(folder === "problem" ? [] : [manifestLeaves]), ...outside],
}));

/**
 * Lists the parts in order, from the one that imports the least to the one that imports the most. Each part may import its
 * own files and those in its `may`. A command may not import another command. `src/engine/` is the only part
 * before `infra/` that imports the Pulumi SDK.
 */
const layers: readonly Layer[] = [
  { part: leaves, may: [leaves, ...outside] },
  { part: plan, may: [leaves, ...outside] },
  { part: producer, may: [leaves, ...outside] },
  { part: cloudflare, may: [leaves, producer, ...outside] },
  ...manifestLayers,
  { part: manifestLeaves, may: [leaves, ...outside] },
  { part: manifest, may: [leaves, plan, ...outside] },
  { part: /^src\/push\/journal\//, may: [leaves, ...outside] },
  { part: push, may: [leaves, plan, cloudflare, ...outside] },
  { part: config, may: [leaves, manifest, producer, cloudflare, ...outside] },
  { part: lifecycle, may: [leaves, manifest, plan, producer, cloudflare, push, ...outside] },
  { part: redrive, may: [leaves, manifest, plan, cloudflare, push, ...outside] },
  { part: engine, may: [leaves, plan, lifecycle, pulumiSdk, ...outside] },
  // The emulator tests the client, so it shares no code with it.
  { part: emulator, may: outside },
  // The command passes it the messages, encoded as for a push.
  { part: rehearse, may: [leaves, plan, cloudflare, emulator, ...outside] },
  { part: shared, may: [leaves, manifest, plan, producer, cloudflare, push, config, lifecycle, engine, ...outside] },
  { part: reporters, may: [leaves, lifecycle, engine, shared, ...outside] },
  {
    part: /^src\/cli\/[^/]+\//,
    may: [
      leaves,
      manifest,
      plan,
      producer,
      cloudflare,
      push,
      config,
      lifecycle,
      engine,
      redrive,
      emulator,
      rehearse,
      shared,
      reporters,
      ...outside,
    ],
  },
  // The entry files of the command line list the commands.
  {
    part: /^src\/cli\/[^/]+$/,
    may: [leaves, /^src\/cli\//, /^infra\/check-node-version\.cjs$/, ...outside],
  },
  { part: internals, may: [leaves, lifecycle, pulumiSdk, /^@grpc\//, ...outside] },
  {
    part: /^infra\/provider\//,
    may: [leaves, producer, push, config, lifecycle, internals, pulumiSdk, ...outside],
  },
  {
    part: /^infra\/[^/]+$/,
    may: [
      leaves,
      manifest,
      plan,
      producer,
      cloudflare,
      config,
      lifecycle,
      engine,
      internals,
      /^infra\//,
      pulumiSdk,
      ...outside,
    ],
  },
  {
    part: /^scripts\//,
    may: [
      leaves,
      producer,
      cloudflare,
      emulator,
      engine,
      /^scripts\//,
      /^test\/contract\//,
      /^test\/engine\/support\//,
      pulumiSdk,
      ...outside,
    ],
  },
];

const graph = readImports(repository, ["src", "infra", "scripts"]);

it("has no circular imports, type imports included", () => {
  expect(graph.size).toBeGreaterThan(300);
  expect(findCycles(graph)).toEqual([]);
});

it("has imports in one direction only", () => {
  expect(wrongDirections(graph, layers)).toEqual([]);
});

it.each([
  ["a value", 'import { b } from "./b.ts";'],
  ["a type", 'import type { b } from "./b.ts";'],
  ["a type among values", 'import { type B, b } from "./b.ts";'],
  ["a re-export", 'export { b } from "./b.ts";'],
  ["a re-export of all", 'export * from "./b.ts";'],
  ["a re-export of a type", 'export type { B } from "./b.ts";'],
  ["nothing but its effect", 'import "./b.ts";'],
  ["a call", 'export const b = () => import("./b.ts");'],
  ["a type of a call", 'export type B = import("./b.ts").B;'],
  ["CommonJS", 'const b = require("./b.ts");'],
])("finds an import of %s, the circle it creates and its direction", (_, text) => {
  expect(importsOf("src/plan/a.ts", text)).toEqual(["src/plan/b.ts"]);
  const planted = new Map([
    ["src/plan/a.ts", importsOf("src/plan/a.ts", text)],
    ["src/plan/b.ts", importsOf("src/plan/b.ts", 'export type { A } from "./a.ts";')],
    ["src/plan/c.ts", importsOf("src/plan/c.ts", 'import "./a.ts";')],
  ]);
  expect(findCycles(planted)).toEqual([["src/plan/a.ts", "src/plan/b.ts"]]);
  const up = importsOf("src/plan/a.ts", text.replace("./b.ts", "../push/run-push.ts"));
  expect(wrongDirections(new Map([["src/plan/a.ts", up]]), layers)).toEqual(["src/plan/a.ts -> src/push/run-push.ts"]);
});

it("finds a planted circle and a planted wrong direction in the project itself", () => {
  const planted = new Map(graph);
  planted.set("src/plan/digest.ts", [...(graph.get("src/plan/digest.ts") ?? []), "src/manifest/index.ts"]);
  expect(findCycles(planted).flat()).toEqual(expect.arrayContaining(["src/plan/digest.ts", "src/manifest/index.ts"]));
  expect(wrongDirections(planted, layers)).toEqual(["src/plan/digest.ts -> src/manifest/index.ts"]);
});

it.each([
  ["src/types.ts", "src/plan/digest.ts"],
  ["src/plan/a.ts", "src/push/run-push.ts"],
  ["src/manifest/a.ts", "src/lifecycle/segment-provider.ts"],
  ["src/manifest/a.ts", "src/cloudflare/index.ts"],
  ["src/manifest/problem/a.ts", "src/manifest/yaml/parse-documents.ts"],
  ["src/manifest/template/a.ts", "src/manifest/message/build-message.ts"],
  ["src/manifest/message/a.ts", "src/manifest/source/data-file.ts"],
  ["src/manifest/check/a.ts", "src/manifest/load-manifests.ts"],
  ["src/cloudflare/a.ts", "src/push/rate/throttle.ts"],
  ["src/push/a.ts", "src/lifecycle/segment-provider.ts"],
  ["src/push/a.ts", "src/manifest/index.ts"],
  ["src/push/journal/a.ts", "src/push/run-push.ts"],
  ["src/config/a.ts", "src/lifecycle/segment-provider.ts"],
  ["src/config/a.ts", "@pulumi/pulumi"],
  ["src/lifecycle/a.ts", "src/config/settings.ts"],
  ["src/lifecycle/a.ts", "src/engine/read-state.ts"],
  ["src/lifecycle/a.ts", "infra/program.ts"],
  ["src/lifecycle/a.ts", "@pulumi/pulumi/output.js"],
  ["src/lifecycle/a.ts", "src/emulator/index.ts"],
  ["src/redrive/a.ts", "src/lifecycle/segment-provider.ts"],
  ["src/rehearse/a.ts", "src/lifecycle/segment-provider.ts"],
  ["src/rehearse/runtime/a.ts", "src/manifest/index.ts"],
  ["src/redrive/a.ts", "src/cli/shared/help.ts"],
  ["src/engine/a.ts", "src/cli/shared/help.ts"],
  ["src/emulator/a.ts", "src/limits.ts"],
  ["src/emulator/broker/a.ts", "src/cloudflare/client.ts"],
  ["src/cli/shared/a.ts", "src/cli/reporters/reporter.ts"],
  ["src/cli/reporters/a.ts", "src/cli/up/run.ts"],
  ["src/cli/up/a.ts", "src/cli/plan/run.ts"],
  ["src/cli/up/a.ts", "infra/program.ts"],
  ["infra/a.ts", "src/cli/main.mjs"],
  ["infra/pulumi-internals/a.ts", "infra/program.ts"],
  ["infra/provider/a.ts", "infra/program.ts"],
  ["scripts/docs/a.ts", "src/cli/demo/run.ts"],
])("%s may not import %s", (from, to) => {
  expect(wrongDirections(new Map([[from, [to]]]), layers)).toEqual([`${from} -> ${to}`]);
});
