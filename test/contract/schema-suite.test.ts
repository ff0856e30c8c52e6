import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ProblemCollector } from "../../src/manifest/problem/problem-collector.ts";
import { compileSchema } from "../../src/manifest/schema/body-schemas.ts";
import { RepositorySources } from "../../src/manifest/schema/repository-sources.ts";
import type { SchemaChecker } from "../../src/manifest/schema/schema-checker.ts";
import { SchemaIds } from "../../src/manifest/schema/schema-ids.ts";
import type { JsonValue } from "../../src/types.ts";
import { cached, run } from "./cache.ts";

/** The source of Python's jsonschema, which contains the official test suite of the drafts. */
const source = "jsonschema==4.26.0";

/** The drafts, their folders in the suite, the number of cases that pass, and the cases that differ on purpose. */
const drafts = [
  {
    folder: "draft7",
    address: "http://json-schema.org/draft-07/schema#",
    passed: 1461,
    // `content*` keywords are annotations only, as in the newer drafts.
    otherwise: { "optional/content.json": 4 },
  },
  {
    folder: "draft2019-09",
    address: "https://json-schema.org/draft/2019-09/schema",
    passed: 1859,
    // A `$schema` other than the supported drafts is refused.
    otherwise: { "vocabulary.json": 5 },
  },
  {
    folder: "draft2020-12",
    address: "https://json-schema.org/draft/2020-12/schema",
    passed: 1878,
    // Formats are validated in every draft.
    otherwise: { "format.json": 19, "optional/format-assertion.json": 4, "vocabulary.json": 5 },
  },
] as const;

interface Group {
  readonly description: string;
  readonly schema: boolean | Readonly<Record<string, JsonValue>>;
  readonly tests: readonly { readonly description: string; readonly data: JsonValue; readonly valid: boolean }[];
}

let suite = "";
let repository = "";

beforeAll(async () => {
  suite = await cached("schema-suite", source, async (folder) => {
    const python = join(folder, "venv/bin/python");
    await run("python3", ["-m", "venv", join(folder, "venv")]);
    // The built package does not contain the suite.
    const options = ["--quiet", "--no-deps", "--no-binary", "jsonschema", "--dest", folder];
    await run(python, ["-m", "pip", "download", ...options, source]);
    await run("tar", ["-xzf", `${source.replace("==", "-")}.tar.gz`, "--strip-components=1"], { cwd: folder });
  });
  repository = await mkdtemp(join(tmpdir(), "schema-suite-"));
  const remotes = join(suite, "json/remotes");
  for (const path of await jsonFiles(remotes)) {
    const address = `http://localhost:1234/${path}`;
    await write(path, withId(JSON.parse(await readFile(join(remotes, path), "utf8")), address, dirname(path)));
  }
});
afterAll(() => rm(repository, { recursive: true, force: true }));

it.each(drafts)("agrees with the suite of $folder", async ({ folder, address, passed, otherwise }) => {
  const tests = join(suite, "json/tests", folder);
  const failed: Record<string, number> = {};
  let agreed = 0;
  for (const [number, path] of (await jsonFiles(tests)).entries()) {
    const groups: readonly Group[] = JSON.parse(await readFile(join(tests, path), "utf8"));
    for (const [index, { schema, tests: cases }] of groups.entries()) {
      const name = `${folder}-${number}-${index}.json`;
      const declared = typeof schema === "boolean" ? schema : { $schema: address, ...schema };
      await write(name, withId(declared, `http://localhost:1234/${name}`, folder));
      const sources = new RepositorySources(repository, new ProblemCollector(), new SchemaIds(repository));
      const checker = compileSchema(name, sources);
      for (const { data, valid } of cases) {
        if (passes(checker, data) === valid) agreed += 1;
        else failed[path] = (failed[path] ?? 0) + 1;
      }
    }
  }
  expect({ agreed, failed }).toEqual({ agreed: passed, failed: otherwise });
});

/** Reports whether the data is valid; undefined if the schema is not usable. */
function passes(checker: SchemaChecker | undefined, data: JsonValue): boolean | undefined {
  return checker && checker.check(data).length === 0;
}

/** Gives a schema the `$id` of its URL, since nothing is fetched. */
function withId(schema: JsonValue, address: string, draft: string): JsonValue {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return schema;
  const { $id, $ref } = schema as Readonly<Record<string, JsonValue>>;
  // draft-07 ignores an `$id` next to a `$ref`.
  const ignored = draft === "draft7" && $ref !== undefined;
  return $id !== undefined || ignored ? schema : { $id: address, ...schema };
}

async function write(path: string, value: JsonValue): Promise<void> {
  await mkdir(dirname(join(repository, path)), { recursive: true });
  await writeFile(join(repository, path), JSON.stringify(value));
}

async function jsonFiles(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => relative(folder, join(file.parentPath, file.name)));
  return paths.filter((path) => path.endsWith(".json")).sort();
}
