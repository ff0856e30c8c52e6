import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect, it } from "vitest";
import { schemaUrl } from "../../../src/manifest/check/validate-shape.ts";

interface Schema {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

const root: Schema = JSON.parse(readFileSync(schemaUrl, "utf8"));

/** Yields every schema that an editor shows on hover, by path; definitions under each path that leads to them. */
function* within(schema: Schema, path: string): Generator<readonly [string, Schema]> {
  const name = schema.$ref?.replace("#/definitions/", "");
  const here = name === undefined ? schema : (root.definitions?.[name] ?? {});
  if (path !== "") yield [path, here];
  for (const [key, inner] of Object.entries(here.properties ?? {})) yield* within(inner, `${path}/${key}`);
  if (here.items) yield* within(here.items, `${path}/[]`);
  if (typeof here.additionalProperties === "object") yield* within(here.additionalProperties, `${path}/*`);
}

const keys = [...within(root, "")];
const ajv = new Ajv({ allowUnionTypes: true });

it("finds the keys at every depth", () => {
  const paths = keys.map(([path]) => path);
  expect(paths).toEqual(expect.arrayContaining(["/queue", "/stacks/[]", "/messages/[]/body", "/source/types/*"]));
});

it.each(keys)("%s has a title, a description and valid examples", (_, schema) => {
  expect(schema.title).toMatch(/^[A-Z]/);
  expect(schema.description).toMatch(/\.$/);
  expect(schema.examples?.length).toBeGreaterThan(0);
  const validate = ajv.compile({ ...schema, definitions: root.definitions ?? {} });
  for (const example of schema.examples ?? []) expect([example, validate(example)]).toEqual([example, true]);
});

it("describes every key in its own words", () => {
  const descriptions = Object.values(root.properties ?? {}).map(({ description }) => description);
  expect(new Set(descriptions).size).toBe(descriptions.length);
});
