import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repository } from "./docs/support/pages.ts";
import { allowed } from "./english/allowed.ts";
import { type Pattern, patterns } from "./english/patterns.ts";
import { readTexts } from "./english/texts.ts";

/** Files and folders whose comments, strings and prose use none of the patterns, except for the texts that test this one. */
const held = [
  "README.md",
  "DEVELOPERS.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "Pulumi.yaml",
  "action.yml",
  "Dockerfile",
  ".github",
  "docs",
  "bench",
  "messages",
  "scripts",
  "src",
  "infra",
  "test",
];

/** Finds the patterns in a file: one "path:line: pattern: excerpt" for each. */
function findPatterns(path: string, source: string, from: readonly Pattern[] = patterns): readonly string[] {
  return readTexts(path, source).flatMap(({ line, text }) =>
    from.flatMap(({ name, regex, instead }) =>
      [...text.matchAll(regex)]
        .filter(({ index, 0: match }) => !allowed.some(({ within }) => covers(text, within, index, match.length)))
        .map(
          ({ index }) =>
            `${path}:${line}: ${name}: "${text.slice(Math.max(0, index - 30), index + 50)}"; use ${instead}`,
        ),
    ),
  );
}

/** Reports whether an allowed phrase includes the match at `index`. */
function covers(text: string, phrase: string, index: number, length: number): boolean {
  for (let at = text.indexOf(phrase); at !== -1; at = text.indexOf(phrase, at + 1))
    if (at <= index && index + length <= at + phrase.length) return true;
  return false;
}

function files(path: string): readonly string[] {
  const full = join(repository, path);
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full, { recursive: true, encoding: "utf8" })
    .map((name) => join(path, name))
    .filter(
      (name) =>
        !/(?:^|\/)(?:node_modules|fixtures|english)\/|english\.test\.ts$|hostile\.ts$/.test(name) &&
        statSync(join(repository, name)).isFile(),
    );
}

it.each(held)("%s uses none of the avoided phrases", (path) => {
  const found = files(path).flatMap((name) => findPatterns(name, readFileSync(join(repository, name), "utf8")));
  expect(found).toEqual([]);
});

it("finds each phrase in a comment, a string, a template and a page", () => {
  const bad: Readonly<Record<string, string>> = {
    "Where as a condition": "Where it is missing, it is made.",
    told: "The caller is told.",
    said: "It was said before.",
    "a thing knows": "The ledger knows the rows.",
    "unnamed actor": "For whoever calls.",
    "stands, lies": "It stands here.",
    "is no X": "This is no number.",
    "messages go": "It goes again.",
    "the engine": "What the engine has.",
    beside: "One beside the other.",
    people: "As people read it.",
    "becomes of": "What became of it.",
    "taken for": "It is taken for another.",
    filler: "It is surely done.",
    "as it is": "It is left as it was.",
    "a line each": "Writes a line each.",
    "undefined:": "undefined: there was none",
    "object first": "Of rows it is the number.",
  };
  expect(Object.keys(bad)).toEqual(patterns.map(({ name }) => name));
  for (const [name, sentence] of Object.entries(bad)) {
    const found = (path: string, source: string) =>
      findPatterns(path, source).map((line) => line.split(": ").slice(0, 2).join(": "));
    expect(found("a.ts", `const a = 1;\n// ${sentence}\n`)).toContain(`a.ts:2: ${name}`);
    expect(found("a.ts", `/** ${sentence} */\n`)).toContain(`a.ts:1: ${name}`);
    expect(found("a.ts", `const a = "${sentence}";\n`)).toContain(`a.ts:1: ${name}`);
    expect(found("a.ts", `const a = \`${sentence} \${1}\`;\n`)).toContain(`a.ts:1: ${name}`);
    expect(found("a.md", `# A\n\n${sentence}\n`)).toContain(`a.md:3: ${name}`);
    expect(found("a.yml", `a: 1 # ${sentence}\n`)).toContain(`a.yml:1: ${name}`);
  }
});

it("joins the lines of a comment or a paragraph, and ignores code", () => {
  expect(findPatterns("a.ts", "// What became\n// of it.\n")).toHaveLength(1);
  expect(findPatterns("a.ts", "/**\n * What became\n * of it.\n */\n")).toHaveLength(1);
  expect(findPatterns("a.md", "What became\nof it.\n")).toHaveLength(1);
  expect(findPatterns("a.ts", 'import { told } from "./told.ts";\nconst said = told.beside["people"];\n')).toEqual([]);
  expect(findPatterns("a.ts", "const a = /nobody/;\n")).toEqual([]);
  expect(findPatterns("a.md", "Run `told`.\n\n    told\n\n```sh\ntold\n```\n")).toEqual([]);
});

it("has no allowed phrase that is not needed", () => {
  const used = allowed.filter(({ file, within }) => {
    const texts = readTexts(file, readFileSync(join(repository, file), "utf8"));
    return texts.some(({ text }) => text.includes(within));
  });
  expect(used).toEqual(allowed);
});
