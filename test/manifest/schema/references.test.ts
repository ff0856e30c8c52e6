import { describe, expect, it } from "vitest";
import { draft7, draft2019, draft2020, type Files, problemsOfBodies } from "../support/schema.ts";

/** The schema that all references here resolve to. */
const text = { type: "string" };

/** Asserts that the reference resolves to the string schema, which refuses the bad body. */
async function leads(files: Files, good = '"x"', bad = "5"): Promise<void> {
  const lines = await problemsOfBodies(files, good, bad);
  expect(lines).toEqual([expect.stringMatching(/^messages\/a\.yaml:4:\d+ BODY_NOT_VALID: .* must be string\./)]);
}

const outside = "messages/s.json:2:11 BODY_SCHEMA_INVALID: the reference";

describe("a reference", () => {
  it.each<[string, Files]>([
    ["next to the file", { "messages/s.json": { $ref: "t.json" }, "messages/t.json": text }],
    ["above the folder", { "messages/s.json": { $ref: "../common/t.json" }, "common/t.json": text }],
    ["to a name that is not ASCII", { "messages/s.json": { $ref: "größe x.json" }, "messages/größe x.json": text }],
    ["to an escaped name", { "messages/s.json": { $ref: "a%20b%25.json" }, "messages/a b%.json": text }],
    ["without an ending", { "messages/s.json": { $ref: "t" }, "messages/t.json": text }],
    ["into $defs", { "messages/s.json": { $ref: "#/$defs/a", $defs: { a: text } } }],
    [
      "into definitions of another file",
      { "messages/s.json": { $ref: "t.json#/definitions/a" }, "messages/t.json": { definitions: { a: text } } },
    ],
    ["by a pointer with escapes", { "messages/s.json": { $ref: "#/$defs/a~1b~0c%25d", $defs: { "a/b~c%d": text } } }],
    [
      "by a pointer into a list",
      { "messages/s.json": { $ref: "#/$defs/a/allOf/1", $defs: { a: { allOf: [{}, text] } } } },
    ],
    ["to what no draft knows as a schema", { "messages/s.json": { $ref: "#/x-parts/a", "x-parts": { a: text } } }],
    [
      "of OpenAPI",
      {
        "messages/s.json": { $ref: "api.json#/components/schemas/A" },
        "messages/api.json": { openapi: "3.0.0", components: { schemas: { A: text } } },
      },
    ],
    [
      "from an $id to the parent's folder",
      {
        "messages/s.json": { $id: "https://example.org/schemas/s.json", allOf: [{ $ref: "../common/t.json" }] },
        "common/t.json": text,
      },
    ],
    [
      "from an $id by an absolute path",
      {
        "messages/s.json": { $id: "https://example.org/schemas/s", allOf: [{ $ref: "/schemas/t" }] },
        "messages/t.json": text,
      },
    ],
    [
      "from an $id that is a name alone",
      { "messages/s.json": { $id: "order", allOf: [{ $ref: "t.json" }] }, "messages/t.json": text },
    ],
    [
      "to an address, by the $id of a file anywhere",
      {
        "messages/s.json": { $ref: "https://example.org/t" },
        "any/where.json": { $id: "https://example.org/t", ...text },
      },
    ],
    [
      "to the $id of a file rather than to another in its place",
      {
        "messages/s.json": { $id: "https://example.org/s.json", allOf: [{ $ref: "t.json" }] },
        "messages/t.json": { $id: "https://example.org/other.json", type: "number" },
        "any/where.json": { $id: "https://example.org/t.json", ...text },
      },
    ],
    ["to a urn", { "messages/s.json": { $ref: "urn:example:t" }, "any/t.json": { $id: "urn:example:t", ...text } }],
    [
      "from a urn into itself",
      { "messages/s.json": { $id: "urn:example:s", allOf: [{ $ref: "#/$defs/a" }], $defs: { a: text } } },
    ],
    [
      "from a urn to a file",
      { "messages/s.json": { $id: "urn:example:s", allOf: [{ $ref: "t.json" }] }, "messages/t.json": text },
    ],
    [
      "to a resource inside the file",
      {
        "messages/s.json": {
          $schema: draft2020,
          $ref: "https://example.org/t",
          $defs: { t: { $id: "https://example.org/t", ...text } },
        },
      },
    ],
    [
      "from a resource inside the file, relative to it",
      {
        "messages/s.json": {
          $ref: "#/definitions/t",
          definitions: { t: { $id: "parts/t.json", allOf: [{ $ref: "u.json" }] } },
        },
        "messages/parts/u.json": text,
      },
    ],
    [
      "to an $anchor",
      { "messages/s.json": { $schema: draft2020, $ref: "#t", $defs: { a: { $anchor: "t", ...text } } } },
    ],
    ["to an anchor of draft-07", { "messages/s.json": { $ref: "#t", definitions: { a: { $id: "#t", ...text } } } }],
    [
      "to an $anchor of another file",
      {
        "messages/s.json": { $schema: draft2019, $ref: "t.json#t" },
        "messages/t.json": { $defs: { a: { $anchor: "t", ...text } } },
      },
    ],
    [
      "from 2020-12 to draft-07",
      {
        "messages/s.json": { $schema: draft2020, $ref: "t.json" },
        "messages/t.json": { $schema: draft7, dependentRequired: { a: ["b"] }, ...text },
      },
    ],
    [
      "from draft-07 to 2020-12 and back",
      {
        "messages/s.json": { $schema: draft7, $ref: "t.json" },
        "messages/t.json": { $schema: draft2020, $ref: "u.json", minLength: 1 },
        "messages/u.json": { $schema: draft7, ...text },
      },
    ],
    [
      "to a draft's own schema",
      {
        "messages/s.json": {
          allOf: [text, { $ref: "#/definitions/a" }],
          definitions: { a: { not: { $ref: `${draft7}/definitions/simpleTypes` } } },
        },
      },
    ],
  ])("leads %s", async (_, files) => {
    const lines = (await problemsOfBodies(files, '"x"', "5")).filter((line) => !line.includes("BODY_SCHEMA_UNCHECKED"));
    expect(lines).toEqual([expect.stringMatching(/^messages\/a\.yaml:4:\d+ BODY_NOT_VALID: .* must be string\./)]);
  });

  it.each<[string, string, string]>([
    [
      "https://example.com/x.json",
      '"https://example.com/x.json" leads to https://example.com/x.json, which is not in the repository',
      '"$id": "https://example.com/x.json"',
    ],
    ["//example.com/x.json", '"//example.com/x.json" leads to', "Correct the path"],
    [
      "urn:example:none",
      '"urn:example:none" leads to urn:example:none, which is not in the repository',
      '"$id": "urn:example:none"',
    ],
    [
      "file:///etc/hostname",
      '"file:///etc/hostname" leads to file:///etc/hostname, which is not',
      "Nothing is downloaded",
    ],
    ["../../x.json", '"../../x.json" leads out of the repository', "Copy the schema into the repository."],
    ["none.json", '"none.json" leads to messages/none.json, which does not exist', "Correct the path"],
    ["#none", '"#none" leads to messages/s.json, and the schema does not exist there', "Correct the part after #."],
    ["#/definitions/%", "is not an address", "Write a path with forward slashes"],
    ["#/title", '"#/title" leads to messages/s.json, and the value there is not a schema', "Correct the part after #."],
    ["parts\\\\x.json", "is not an address", "Write a path with forward slashes"],
  ])("to %s is refused at its place", async ($ref, what, next) => {
    const schema = `{\n  "$ref": "${$ref}",\n  "title": "a title"\n}`;
    const [line, ...more] = await problemsOfBodies({ "messages/s.json": schema }, "1");
    expect(line).toMatch(outside);
    expect(line).toContain(what);
    expect(line).toContain(next);
    expect(more).toEqual([]);
  });

  it("reads no file outside of the repository, through a link either", async () => {
    const lines = await problemsOfBodies({ "messages/s.json": { $ref: "../../../../../../etc/hostname" } }, "1");
    expect(lines).toEqual([expect.stringContaining("leads out of the repository")]);
  });

  it("has keywords next to it that draft-07 ignores, which is reported", async () => {
    const schema = { $ref: "#/definitions/a", maxLength: 1, title: "a text", definitions: { a: text } };
    expect(await problemsOfBodies({ "messages/s.json": schema }, '"long"')).toEqual([
      'messages/s.json:3:3 BODY_SCHEMA_UNCHECKED: "maxLength" is ignored: next to a $ref, draft-07 allows no other keyword. Write both into "allOf", or use a newer draft in "$schema".',
    ]);
    const newer = { $schema: draft2019, ...schema };
    expect(await problemsOfBodies({ "messages/s.json": newer }, '"long"')).toEqual([
      expect.stringContaining("must NOT have more than 1 characters"),
    ]);
  });
});

describe("a tree", () => {
  const bad = "{ value: 1, nodes: [{ value: 2, nodes: [], extra: 3 }] }";
  const good = "{ value: 1, nodes: [{ value: 2, nodes: [] }] }";
  const tree = { type: "object", properties: { value: {}, nodes: { type: "array" } } };

  it("is closed by $dynamicRef", async () => {
    const nodes = { type: "array", items: { $dynamicRef: "#node" } };
    const files = {
      "messages/s.json": {
        $schema: draft2020,
        $id: "https://example.org/strict",
        $dynamicAnchor: "node",
        $ref: "tree",
        unevaluatedProperties: false,
      },
      "messages/tree.json": {
        $schema: draft2020,
        $id: "https://example.org/tree",
        $dynamicAnchor: "node",
        ...tree,
        properties: { value: {}, nodes },
      },
    };
    const lines = await problemsOfBodies(files, good, bad);
    expect(lines).toEqual([expect.stringMatching(/^messages\/a\.yaml:4:.*"nodes\.0" in the body has a key "extra"/)]);
  });

  it("is closed by $recursiveRef", async () => {
    const nodes = { type: "array", items: { $recursiveRef: "#" } };
    const files = {
      "messages/s.json": {
        $schema: draft2019,
        $id: "https://example.org/strict",
        $recursiveAnchor: true,
        $ref: "tree",
        unevaluatedProperties: false,
      },
      "messages/tree.json": {
        $schema: draft2019,
        $id: "https://example.org/tree",
        $recursiveAnchor: true,
        ...tree,
        properties: { value: {}, nodes },
      },
    };
    const lines = await problemsOfBodies(files, good, bad);
    expect(lines).toEqual([expect.stringMatching(/^messages\/a\.yaml:4:.*"nodes\.0" in the body has a key "extra"/)]);
  });
});

it("leads only to the file's own keys, not to those of JavaScript objects", async () => {
  await leads({
    "messages/s.json": '{ "$ref": "#/definitions/__proto__", "definitions": { "__proto__": { "type": "string" } } }',
  });
});
