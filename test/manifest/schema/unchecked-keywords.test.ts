import { expect, it } from "vitest";
import { draft7, draft2019, draft2020, problemsOfBodies } from "../support/schema.ts";

const warnings = (schema: unknown) => problemsOfBodies({ "messages/s.json": schema }, "{}");

it.each([
  [{ $schema: draft2020, $ref: "#x", $defs: { i: { $anchor: "x", type: "object" } } }],
  [{ $schema: draft2020, $dynamicRef: "#x", $defs: { i: { $dynamicAnchor: "x" } }, $vocabulary: {}, deprecated: true }],
  [{ $schema: draft2019, $recursiveAnchor: true, contentSchema: {}, minContains: 1, contains: {} }],
  [
    {
      $schema: draft7,
      $id: "https://example.org/a",
      $comment: "",
      examples: [],
      readOnly: true,
      $defs: {},
      definitions: {},
    },
  ],
  [{ "x-owner": "shop", "x-": 1, "x-intellij-html-description": "" }],
  [{ example: {}, discriminator: { propertyName: "a" }, xml: {}, externalDocs: {}, deprecated: true, nullable: false }],
  [{ type: "object", nullable: true }],
  [{ markdownDescription: "", enumDescriptions: [], defaultSnippets: [], errorMessage: "", doNotSuggest: true }],
  [{ tsType: "A", enumNames: [], propertyOrder: 1, javaType: "A" }],
  [{ properties: { minimun: {}, prefixItems: {} }, enum: [{}], default: { minimun: 1 } }],
])("does not warn about %j", async (schema) => {
  expect(await warnings(schema)).toEqual([]);
});

it.each([
  [{ minimun: 1 }, 'unknown keyword: "minimun"', 'Did you mean "minimum"?'],
  [{ propertys: {} }, 'unknown keyword: "propertys"', 'Did you mean "properties"?'],
  [{ widget: 1 }, 'unknown keyword: "widget"', "begin it with x-"],
  [
    { prefixItems: [{}] },
    '"prefixItems" is a keyword of 2020-12, and this is a schema of draft-07',
    `"$schema": "${draft2020}"`,
  ],
  [
    { unevaluatedProperties: false },
    '"unevaluatedProperties" is a keyword of 2019-09, and this is a schema of draft-07',
    draft2019,
  ],
  [
    { $schema: draft2020, additionalItems: false },
    '"additionalItems" is a keyword of draft-07, and this is a schema of 2020-12',
    "",
  ],
  // biome-ignore lint/suspicious/noThenProperty: it is a keyword
  [{ then: { required: ["a"] } }, '"then" checks nothing without "if"', 'Add "if"'],
  [{ $schema: draft2020, minContains: 2 }, '"minContains" checks nothing without "contains"', 'Add "contains"'],
  [
    { properties: { a: { $ref: "#/definitions/b", nullable: true } }, definitions: { b: {} } },
    '"nullable" is a keyword of OpenAPI',
    '{ "type": "null" }',
  ],
])("warns about %j", async (schema, what, next) => {
  const [line, ...more] = await warnings(schema);
  expect(line).toMatch(/^messages\/s\.json:\d+:\d+ BODY_SCHEMA_UNCHECKED: /);
  expect(line).toContain(what);
  expect(line).toContain(next);
  expect(more).toEqual([]);
});

it("warns at the keyword once, however many manifests and schemas refer to it", async () => {
  const files = {
    "messages/s.json": { allOf: [{ $ref: "t.json" }, { $ref: "t.json" }] },
    "messages/t.json": '{\n  "type": "object",\n  "maximun": 3\n}',
  };
  expect(await problemsOfBodies(files, "{}", "{}")).toEqual([expect.stringMatching(/^messages\/t\.json:3:3 /)]);
});

it("is silenced by a $comment, for the schema that has it and those inside it", async () => {
  const comment = { $comment: "queue-seeder: allow BODY_SCHEMA_UNCHECKED, a generator of forms reads these" };
  expect(await warnings({ ...comment, widget: 1, properties: { a: { widget: 2 } } })).toEqual([]);
  const inner = { properties: { a: { ...comment, widget: 2 }, b: { widget: 3 } } };
  expect(await warnings({ ...inner, maxItem: 1 })).toEqual([
    expect.stringMatching(/^messages\/s\.json:8:7 .*"widget"/),
    expect.stringMatching(/^messages\/s\.json:11:3 .*"maxItem"/),
  ]);
});

it.each(["queue-seeder: allow DUPLICATE_MESSAGE", "allow BODY_SCHEMA_UNCHECKED", "queue-seeder: allow"])(
  "is not silenced by %j",
  async ($comment) => {
    expect(await warnings({ $comment, widget: 1 })).toHaveLength(1);
  },
);

it.each([
  ["{ type: object, nullable: true }", ["null", "{}"], ["5"]],
  ["{ type: [integer, string], nullable: true }", ["null", "1", "x"], ["{}"]],
  ["{ type: object, nullable: false }", ["{}"], ["null"]],
])("accepts null as OpenAPI writes it: %s", async (schema, good, bad) => {
  const json = schema.replace(/(\w+)(?=[:,\]}\s])/g, (word) => (/^(true|false)$/.test(word) ? word : `"${word}"`));
  const lines = await problemsOfBodies({ "messages/s.json": json }, ...good, ...bad);
  expect(lines).toEqual(bad.map(() => expect.stringContaining("BODY_NOT_VALID")));
});
