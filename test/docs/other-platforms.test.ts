import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { segmentType } from "../../src/urn.ts";
import { parsePage, repository } from "./support/pages.ts";

const path = "docs/pipelines/other-platforms.md";
const { blocks, prose } = parsePage(path, readFileSync(join(repository, path), "utf8"));
const ofLanguage = (wanted: string) => blocks.filter(({ language }) => language === wanted);

/**
 * The keys of the three files that the recipes need, as the platforms document them; neither publishes a JSON Schema.
 * https://www.runatlantis.io/docs/server-side-repo-config, https://www.runatlantis.io/docs/custom-workflows,
 * https://www.runatlantis.io/docs/repo-level-atlantis-yaml and
 * https://docs.spacelift.io/concepts/configuration/runtime-configuration/runtime-yaml-reference, read in November 2026
 */
const stages = ["plan", "apply"].flatMap((stage) => {
  const steps = `workflows.queue-seeder.${stage}.steps`;
  return [`${steps}[].run`, `${steps}[].env.name`, `${steps}[].env.value`];
});
const atlantisServer = ["repos[].id", "repos[].allowed_overrides[]", "repos[].apply_requirements[]", ...stages];
const project = ["name", "dir", "workflow", "autoplan.when_modified[]"].map((key) => `projects[].${key}`);
const atlantisRepository = ["version", ...project];
const spacelift = ["version", "stack_defaults.before_init[]"];

/** Lists the paths of all values, such as `repos[].id`. */
function keyPaths(value: unknown, path = ""): readonly string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => keyPaths(item, `${path}[]`)))];
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, item]) => keyPaths(item, path === "" ? key : `${path}.${key}`));
}

describe("the recipes", () => {
  it.each(ofLanguage("yaml").map(({ line, text }) => [line, text] as const))("at line %i are YAML", (_, text) => {
    const [document] = parseAllDocuments(text);
    expect(document?.errors).toEqual([]);
    expect(document?.toJS()).toEqual(expect.any(Object));
  });

  it.each([
    ["repos.yaml", atlantisServer],
    ["atlantis.yaml in", atlantisRepository],
    [".spacelift/config.yml", spacelift],
  ])("have only keys that the platform documents: %s", (part, keys) => {
    const [recipe] = ofLanguage("yaml").filter(({ text }) => text.includes(`# ${part}`));
    const used = keyPaths(parse(recipe?.text ?? ""));
    expect(used.length).toBeGreaterThan(1);
    expect(used.filter((path) => !keys.includes(path))).toEqual([]);
  });

  it("call messages.sh only with commands that exist", () => {
    const script = readFileSync(join(repository, "docs/pipelines/shell/messages.sh"), "utf8");
    const known = [...script.matchAll(/^ {2}([a-z]+)\)$/gm)].map(([, name]) => name);
    expect(known).toEqual(["validate", "plan", "deploy", "unlock"]);
    const called = blocks.flatMap(({ text }) => [...text.matchAll(/messages\.sh ([a-z]+)/g)].map(([, name]) => name));
    expect(called.length).toBeGreaterThan(5);
    expect(called.filter((name) => !known.includes(name))).toEqual([]);
  });

  it("name workflows that exist", () => {
    const named = [...prose.matchAll(/`(messages[\w.-]*\.yml)`/g)].map(([, name = ""]) => name);
    const own = named.filter((name) => name !== "messages-shop.yml");
    expect(own.length).toBeGreaterThan(1);
    expect(own.filter((name) => !existsSync(join(repository, "docs/pipelines/github", name)))).toEqual([]);
  });
});

describe("the policy pack", () => {
  const [pack] = ofLanguage("js");
  const inputs = readFileSync(join(repository, "src/lifecycle/state/segment.ts"), "utf8");

  it("is about segments, and the page names their type", () => {
    expect(pack?.text).toContain(`type !== "${segmentType}"`);
    expect(prose).toContain(`\`${segmentType}\``);
  });

  it("uses only properties that segments have", () => {
    const [, list = ""] = /const \{ (.+) \} = JSON\.parse\(props\.terms\)/.exec(pack?.text ?? "") ?? [];
    const used = new Set(list.split(", "));
    expect([...used].sort()).toEqual(["file", "inDoubtPolicy", "mode", "stack"]);
    expect([...used].filter((name) => !new RegExp(`readonly ${name}\\b`).test(inputs))).toEqual([]);
  });
});

it("the folder of the pipelines has only pages that its index links", () => {
  const folder = join(repository, "docs/pipelines");
  const pages = readdirSync(folder).filter((name) => name.endsWith(".md") && name !== "README.md");
  const index = readFileSync(join(folder, "README.md"), "utf8");
  expect(pages).toEqual(["other-platforms.md"]);
  expect(pages.filter((name) => !index.includes(`](${name})`))).toEqual([]);
});
