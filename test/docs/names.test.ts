import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../../src/cli/program.ts";
import { type Page, pages, parsePage, repository } from "./support/pages.ts";

const program = buildProgram();
const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));

/** Returns all code of a page: blocks without their comments, and inline code. */
function code({ blocks, prose }: Page): string {
  const spans = [...prose.matchAll(/`([^`]+)`/g)].map(([, span]) => span);
  return [...blocks.map(({ text }) => text.replace(/(^|\s)#.*$/gm, "$1")), ...spans].join("\n");
}

/** Returns the queue-seeder commands and flags of a page that do not exist. */
function unknownCommands(page: Page): string[] {
  const lines = code(page).replaceAll("\\\n", " ").split("\n");
  return lines.flatMap((line) => {
    // Up to what a shell would read as the next command.
    const written = line.replace(/npm run (?:--silent )?emulator -- /, "queue-seeder emulate ");
    const calls = written.matchAll(/(?:^|[\s(])queue-seeder ([a-z][^|;&#)]*)/g);
    return [...calls].flatMap(([, call = ""]) => unknownWords(call.trim().split(/\s+/)));
  });
}

function unknownWords([name = "", ...words]: readonly string[]): string[] {
  const command = program.commands.find((each) => each.name() === name);
  if (command === undefined) return name === "help" ? [] : [name];
  const flags = words
    .filter((word) => /^\[?--[a-z]/.test(word))
    .map((word) => word.replace(/[[\]]/g, "").replace(/=.*/, ""));
  return flags.filter((flag) => !hasFlag(command, flag)).map((flag) => `${name} ${flag}`);
}

function hasFlag(command: Command, flag: string): boolean {
  return flag === "--help" || command.options.some(({ long }) => long === flag);
}

/** Flags of Pulumi, npm, Node and curl that pages name without their command. */
const flagsOfOthers = [
  "--secret",
  "--skip-preview",
  "--omit",
  "--ignore-scripts",
  "--suppress-outputs",
  "--policy-pack",
  "--max-semi-space-size",
];

/** Returns the flags that a page names without a command, and that no queue-seeder command has. */
function unknownFlags({ prose }: Page): string[] {
  const spans = [...prose.matchAll(/`(--[a-z][^`]*)`/g)].map(([, span = ""]) => span);
  const flags = spans.flatMap((span) => [...span.matchAll(/--[a-z][a-z-]*/g)].map(([flag]) => flag));
  return flags.filter(
    (flag) => !flagsOfOthers.includes(flag) && !program.commands.some((command) => hasFlag(command, flag)),
  );
}

function unknownScripts(page: Page): string[] {
  const named = [...code(page).matchAll(/npm (?:run |(?=test))(?:--silent )?([a-z][\w:-]*)/g)].map(
    ([, name = ""]) => name,
  );
  return named.filter((name) => scripts[name] === undefined);
}

/** The files of the code and its configuration, in which every code and variable has to occur. */
const sources = ["src", "infra", "scripts", "docs/pipelines", "test/fixtures/problems"]
  .flatMap((folder) =>
    readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  )
  .filter((path) => /\.(ts|cjs|txt|yml)$/.test(path))
  .map((path) => readFileSync(join(repository, path), "utf8"))
  .join("\n");

/** Returns the names in capitals, such as codes and environment variables, that do not occur in the code. */
function unknownNames(page: Page): string[] {
  const named = [...code(page).matchAll(/(?<![\w$.{])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w.])/g)].map(([name]) => name);
  const ofOthers = /^(?:PULUMI|GITHUB|CI|GIT|SLACK)_/;
  return [...new Set(named)].filter((name) => !ofOthers.test(name) && !sources.includes(name));
}

describe.each(pages().map((page) => [page.path, page] as const))("%s", (_, page) => {
  it("names commands and flags that exist", () => {
    expect([...unknownCommands(page), ...unknownFlags(page)]).toEqual([]);
  });

  it("names scripts that exist", () => {
    expect(unknownScripts(page)).toEqual([]);
  });

  it("names codes and variables that exist", () => {
    expect(unknownNames(page)).toEqual([]);
  });
});

it("docs/problems.md has every code that a deployment can end with", () => {
  const thrown = [...sources.matchAll(/new (?:SeederError|ConfigError|ExportError)\(\s*"([A-Z_]+)"/g)].map(
    ([, code]) => code,
  );
  expect(thrown.length).toBeGreaterThan(10);
  const text = readFileSync(join(repository, "docs/problems.md"), "utf8");
  expect(thrown.filter((code) => code === undefined || !text.includes(code))).toEqual([]);
});

it("names that do not exist are reported", () => {
  const text = `\`npx queue-seeder vaildate\` and \`queue-seeder validate --fromat x\`, NOT_CODE and \`NO_SUCH_CODE\`

    npm run nothing && npx queue-seeder emulate --quue orders # queue-seeder: allow X
    npm run demo
`;
  const page = parsePage("a.md", `${text}\`--prot NUMBER\`, \`--port\`\n\n    npm run emulator -- --spede 2\n`);
  expect(unknownCommands(page).sort()).toEqual(["emulate --quue", "emulate --spede", "vaildate", "validate --fromat"]);
  expect(unknownFlags(page)).toEqual(["--prot"]);
  expect(unknownScripts(page)).toEqual(["nothing"]);
  expect(unknownNames(page)).toEqual(["NO_SUCH_CODE"]);
});
