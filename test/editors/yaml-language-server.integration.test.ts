import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Diagnostic, LanguageServer, type Position } from "./support/language-server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const schema = join(root, "messages/manifest.schema.json");
const examples = readdirSync(join(root, "messages"), { recursive: true, encoding: "utf8" })
  .filter((path) => /\.ya?ml$/.test(path))
  .map((path) => join("messages", path));

let server: LanguageServer;
beforeAll(async () => {
  server = await LanguageServer.start(pathToFileURL(root).href);
});
afterAll(() => server[Symbol.asyncDispose]());

let opened = 0;
/** Opens a manifest that is not on disk, with the line that names the schema. `|` marks the cursor. */
async function open(written: string): Promise<{ uri: string; cursor: Position; found: readonly Diagnostic[] }> {
  const all = `# yaml-language-server: $schema=./manifest.schema.json\n${written}`;
  const before = all.slice(0, Math.max(all.indexOf("|"), 0)).split("\n");
  const cursor = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  const uri = pathToFileURL(join(root, `messages/unsaved-${++opened}.yaml`)).href;
  return { uri, cursor, found: await server.open(uri, all.replace("|", "")) };
}

/** Formats diagnostics as line (1-based, without the schema line), column and message. */
const told = (found: readonly Diagnostic[]) =>
  found.map(({ range: { start }, message }) => `${start.line}:${start.character + 1} ${message}`);

describe("the examples", () => {
  it.each(examples)("%s names the schema, and nothing is wrong with it", async (path) => {
    const text = readFileSync(join(root, path), "utf8");
    const named = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text)?.[1] ?? "";
    expect(relative(root, join(root, dirname(path), named))).toBe(relative(root, schema));
    expect(told(await server.open(pathToFileURL(join(root, path)).href, text))).toEqual([]);
  });
});

describe("a broken manifest", () => {
  it.each([
    ["an unknown key", "queue: orders\nmesages: []\nmessages:\n  - body: 1\n", /^2:1 .*mesages/],
    ["a missing key", "push: once\nmessages:\n  - body: 1\n", /^1:1 .*"queue"/],
    ["a word that is none of the choices", "queue: q\npush: always\nmessages:\n  - body: 1\n", /^2:7 .*"once"/],
    ["a delay that is too long", "queue: q\nmessages:\n  - body: 1\n    delay_seconds: 90000\n", /^4:20 .*86400/],
    [
      "a precondition of another type",
      "queue: q\nrequires: { max_backlog: many }\nmessages:\n  - body: 1\n",
      /^2:26 .*integer/,
    ],
    ["neither messages nor source", "queue: q\n", /^1:1 .*"messages"/],
    [
      "the second document of a file, which names the schema too",
      "queue: q\nmessages:\n  - body: 1\n---\n# yaml-language-server: $schema=./manifest.schema.json\nqueue: 5\nmessages: []\n",
      /^6:8 .*string/,
    ],
    ["what is not YAML", "queue: q\nmessages: [\n", /^\d+:\d+ /],
  ])("has %s reported at its location", async (_, text, expected) => {
    const { found } = await open(text);
    expect(told(found)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });
});

describe("completion", () => {
  it("offers the keys that are still missing", async () => {
    const { uri, cursor } = await open("queue: orders\n|\nmessages:\n  - body: 1\n");
    const offered = await server.complete(uri, cursor);
    expect(offered).toEqual(expect.arrayContaining(["push", "in_doubt", "stacks", "after", "requires", "dedup_field"]));
    expect(offered).not.toContain("queue");
  });

  it("offers the keys of a message, and of a source", async () => {
    const message = await open("queue: orders\nmessages:\n  - body: 1\n    |\n");
    expect(await server.complete(message.uri, message.cursor)).toEqual(
      expect.arrayContaining(["id", "for_each", "content_type", "delay_seconds"]),
    );
    const source = await open("queue: orders\nsource:\n  file: a.csv\n  |\n");
    expect(await server.complete(source.uri, source.cursor)).toEqual(
      expect.arrayContaining(["format", "compression", "delimiter", "types", "map"]),
    );
  });

  it("offers the values that a key allows", async () => {
    const { uri, cursor } = await open("queue: orders\npush: |\nmessages:\n  - body: 1\n");
    expect([...(await server.complete(uri, cursor))].sort()).toEqual(["every_deploy", "on_change", "once"]);
  });
});

it("says on hover what a key means, with examples", async () => {
  const { uri, cursor } = await open("queue: orders\nmessages:\n  - body: 1\n    delay_se|conds: 60\n");
  const said = await server.hover(uri, cursor);
  expect(said).toContain("Delay in seconds");
  expect(said).toContain("0 to 86400");
  expect(said).toContain("config.delay");
});
