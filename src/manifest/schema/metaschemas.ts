import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createTextFile } from "../files/text-file.ts";
import { Compiler } from "./compiler.ts";
import { type Dialect, defaultDialect } from "./dialects.ts";
import { Registry } from "./registry.ts";
import { SchemaChecker } from "./schema-checker.ts";
import type { SchemaFile, SchemaValue } from "./types.ts";

/** The drafts' metaschemas by address, with their paths in Ajv. */
const paths: ReadonlyMap<string, string> = new Map([
  ["http://json-schema.org/draft-07/schema", "json-schema-draft-07.json"],
  ...["schema", "meta/core", "meta/applicator", "meta/validation", "meta/meta-data", "meta/format", "meta/content"].map(
    (name) => [`https://json-schema.org/draft/2019-09/${name}`, `json-schema-2019-09/${name}.json`] as const,
  ),
  ...[
    "schema",
    "meta/core",
    "meta/applicator",
    "meta/unevaluated",
    "meta/validation",
    "meta/meta-data",
    "meta/format-annotation",
    "meta/content",
  ].map((name) => [`https://json-schema.org/draft/2020-12/${name}`, `json-schema-2020-12/${name}.json`] as const),
]);

const files = new Map<string, SchemaFile>();

/** Returns a metaschema by its address. */
export function metaschema(uri: string): SchemaFile | undefined {
  const path = paths.get(uri);
  if (path === undefined) return undefined;
  const known = files.get(uri);
  if (known !== undefined) return known;
  const text = readFileSync(createRequire(import.meta.url).resolve(`ajv/dist/refs/${path}`), "utf8");
  const file: SchemaFile = { file: createTextFile(path, text), value: JSON.parse(text) as SchemaValue };
  files.set(uri, file);
  return file;
}

const checkers = new Map<Dialect, SchemaChecker>();

/** Returns the checker for schemas of a draft. */
export function metaschemaChecker(dialect: Dialect): SchemaChecker {
  const known = checkers.get(dialect);
  if (known !== undefined) return known;
  const registry = new Registry(() => {});
  const open = (uri: string) => {
    const file = metaschema(uri);
    return file && registry.add(file, uri, defaultDialect);
  };
  const root = open(dialect.address)?.root;
  if (root === undefined) throw new Error(`there is no schema of ${dialect.name}`);
  const compiler = new Compiler(registry, { resource: open, fault: () => {}, warn: () => {} });
  const checker = new SchemaChecker(compiler.compile(root), true);
  checkers.set(dialect, checker);
  return checker;
}
