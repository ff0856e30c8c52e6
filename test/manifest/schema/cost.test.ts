import { describe, expect, it } from "vitest";
import { ProblemCollector } from "../../../src/manifest/problem/problem-collector.ts";
import { compileSchema } from "../../../src/manifest/schema/body-schemas.ts";
import { RepositorySources } from "../../../src/manifest/schema/repository-sources.ts";
import type { SchemaChecker } from "../../../src/manifest/schema/schema-checker.ts";
import { SchemaIds } from "../../../src/manifest/schema/schema-ids.ts";
import type { JsonValue } from "../../../src/types.ts";
import { temporaryFolder, writeFiles } from "../support/fixture.ts";
import { draft2020, problemsOfBodies } from "../support/schema.ts";

/** Returns a schema that refers to a string schema 2^`depth` times. */
function doubled(keyword: string, depth: number): unknown {
  const definitions: Record<string, unknown> = { d0: { type: "string" } };
  for (let level = 1; level <= depth; level += 1) {
    const inner = { $ref: `#/definitions/d${level - 1}` };
    definitions[`d${level}`] = { [keyword]: [inner, inner] };
  }
  return { definitions, $ref: `#/definitions/d${depth}` };
}

function checkerOf(schema: unknown): { readonly checker: SchemaChecker | undefined; readonly told: readonly string[] } {
  using folder = temporaryFolder();
  writeFiles(folder.path, { "s.json": JSON.stringify(schema) });
  const problems = new ProblemCollector();
  const checker = compileSchema("s.json", new RepositorySources(folder.path, problems, new SchemaIds(folder.path)));
  return { checker, told: problems.sorted().map(({ message }) => message) };
}

function passes(schema: unknown, body: JsonValue): boolean | string {
  try {
    return checkerOf(schema).checker?.check(body).length === 0;
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

/** Without a limit, each would take too long, or too much memory. */
describe("a small schema", () => {
  it.each([
    ["anyOf", true, false],
    ["allOf", true, false],
    // Two equal alternatives never match exactly once.
    ["oneOf", false, false],
  ])("whose %s doubles forty times gives the right result", (keyword, ofText, ofNumber) => {
    expect(passes(doubled(keyword, 40), "x")).toBe(ofText);
    expect(passes(doubled(keyword, 40), 5)).toBe(ofNumber);
  });

  it("that doubles with each level of the body gives the right result", () => {
    const item = { type: "array", items: { $ref: "#" } };
    const schema = { anyOf: [item, { ...item, maxItems: 1 }, { const: 1 }] };
    const nested = (value: JsonValue) => Array.from({ length: 50 }).reduce<JsonValue>((inner) => [inner], value);
    expect(passes(schema, nested(1))).toBe(true);
    expect(passes(schema, nested(2))).toBe(false);
  });

  it("whose unevaluated keys are collected at each level gives the right result", () => {
    const level = (depth: number): object =>
      depth === 0
        ? { properties: { a: { type: "string" } } }
        : { anyOf: [level(depth - 1), level(depth - 1)], unevaluatedProperties: false };
    const schema = { $schema: draft2020, ...level(8) };
    expect([{ a: "x" }, { a: 1 }, { b: "x" }].map((body) => passes(schema, body))).toEqual([true, false, false]);
  });

  it("with as many alternatives as items is abandoned, at once the second time", () => {
    const anyOf = Array.from({ length: 2_000 }, (_, index) => ({ type: "object", required: [`k${index}`] }));
    const { checker } = checkerOf({ items: { anyOf } });
    const why = "the schema takes more than 5000000 steps for it";
    expect(() => checker?.check(Array.from({ length: 20_000 }, () => ({})))).toThrow(why);
    expect(() => checker?.check([])).toThrow(why);
  });

  it.each([
    ["itself", { $ref: "#" }],
    ["itself, by an alternative", { anyOf: [{ $ref: "#" }] }],
    [
      "itself, by another",
      {
        $ref: "#/definitions/a",
        definitions: { a: { $ref: "#/definitions/b" }, b: { not: { $ref: "#/definitions/a" } } },
      },
    ],
  ])("that leads to %s would never end, which is reported", (_, schema) => {
    expect(passes(schema, 1)).toBe("the schema never ends");
  });

  it("with too many schemas inside is not used", () => {
    const { checker, told: logged } = checkerOf({ anyOf: Array.from({ length: 60_000 }, () => ({})) });
    expect(checker).toBeUndefined();
    expect(logged).toEqual(["the schema has more than 50000 schemas inside it"]);
  });
});

it("reports at the body that it cannot be checked, and what the schema is", async () => {
  const lines = await problemsOfBodies({ "messages/s.json": { anyOf: [{ $ref: "#" }] } }, "1");
  expect(lines).toEqual([
    "messages/a.yaml:3:9 BODY_NOT_VALID: the body cannot be checked: the schema never ends. Change the body, or the schema. The schema is messages/s.json.",
  ]);
});

it("reports ten of a million failures", async () => {
  const body = JSON.stringify(Array.from({ length: 20_000 }, () => 1));
  const lines = await problemsOfBodies(
    {
      "messages/s.json": { ...(doubled("allOf", 10) as object), $ref: undefined, items: { $ref: "#/definitions/d10" } },
    },
    body,
  );
  expect(lines).toHaveLength(10);
});
