import { describe, expect, it } from "vitest";
import { problemsOfBodies } from "../support/schema.ts";

/** Returns the problems of one body, without their location in the manifest. */
async function told(schema: unknown, body: string): Promise<string[]> {
  const lines = await problemsOfBodies({ "messages/s.json": JSON.stringify(schema) }, body);
  return lines.map((line) => line.replace(/^\S+ BODY_NOT_VALID: /, "").replace(" Change the body, or the schema.", ""));
}

const event = (type: string, properties: object, more: object = {}) => ({
  type: "object",
  required: ["type", ...Object.keys(properties)],
  additionalProperties: false,
  properties: { type: { const: type }, ...properties },
  ...more,
});
const time = { type: "string", format: "date-time" };
const rule = (pointer: string) => expect.stringContaining(`The rule is ${pointer} in messages/s.json:1:`);

describe.each(["oneOf", "anyOf"])("a failing %s", (keyword) => {
  const events = { [keyword]: [event("a", { a1: time }), event("b", { b1: time }), event("c", { c1: time })] };

  it("reports what the alternative with the same constant requires", async () => {
    const lines = await told(events, "{ type: c, c1: yesterday }");
    expect(lines).toEqual([expect.stringContaining('"c1" in the body must match format "date-time"')]);
    expect(lines).toEqual([rule(`#/${keyword}/2/properties/c1/format`)]);
  });

  it("reports everything that it requires", async () => {
    const lines = await told(events, "{ type: b, c1: x }");
    expect(lines).toEqual([
      expect.stringContaining("must have required property 'b1'"),
      expect.stringContaining('has a key "c1" that the schema does not define'),
    ]);
  });

  it("reports the constants of all if none is the same", async () => {
    const [line, ...more] = await told(events, "{ type: d, d1: x }");
    expect(line).toContain('"type" in the body must be one of "a", "b", "c".');
    expect(line).toContain(`The rule is #/${keyword} in`);
    expect(more).toEqual([]);
  });

  it("goes by constants before it counts failures", async () => {
    const schema = { [keyword]: [event("a", { p: {}, q: {}, r: {} }), { type: "object", required: ["x"] }] };
    expect(await told(schema, "{ type: a }")).toEqual(
      ["p", "q", "r"].map((key) => expect.stringContaining(`'${key}'`)),
    );
  });

  it("goes by enums that differ, not by one that all have", async () => {
    const state = { enum: ["new", "old"] };
    const alternative = (kinds: string[], key: string) => ({
      required: [key],
      properties: { kind: { enum: kinds }, state },
    });
    const schema = { [keyword]: [alternative(["a", "b"], "x"), alternative(["c", "d"], "y")] };
    expect(await told(schema, "{ kind: c, state: nwe, x: 1 }")).toEqual([
      expect.stringContaining("must have required property 'y'"),
      expect.stringContaining('"state" in the body must be one of "new", "old"'),
    ]);
  });

  it("goes by types", async () => {
    const schema = {
      [keyword]: [
        { type: "string", minLength: 3 },
        { type: "object", required: ["id", "at"] },
      ],
    };
    expect(await told(schema, "{}")).toEqual([expect.stringContaining("'id'"), expect.stringContaining("'at'")]);
    expect(await told(schema, "ab")).toEqual([expect.stringContaining("must NOT have fewer than 3 characters")]);
  });

  it("reports the types of all if none is right", async () => {
    const schema = { [keyword]: [{ type: "string" }, { type: ["object", "null"], required: ["id"] }] };
    expect(await told(schema, "5")).toEqual([expect.stringContaining("the body must be string or object or null.")]);
  });

  it("selects the alternative with the fewest failures if nothing else decides", async () => {
    const schema = { [keyword]: [{ required: ["a", "b", "c"] }, { required: ["a", "d"] }] };
    expect(await told(schema, "{ a: 1 }")).toEqual([expect.stringContaining("'d'")]);
  });

  it("reports what each requires if no difference is left", async () => {
    const schema = { [keyword]: [{ required: ["a"] }, { required: ["b"] }] };
    const [line] = await told(schema, "{}");
    expect(line).toContain("the body must have required property 'a', or must have required property 'b'.");
  });

  it("follows references, allOf and nested alternatives", async () => {
    const schema = {
      [keyword]: [{ $ref: "#/definitions/a" }, { $ref: "#/definitions/b" }],
      definitions: {
        a: { allOf: [{ properties: { kind: { $ref: "#/definitions/A" } } }, { required: ["x"] }] },
        A: { const: "a" },
        b: {
          properties: {
            kind: { const: "b" },
            item: { [keyword]: [event("p", { p1: time }), event("q", { q1: { type: "integer" } })] },
          },
        },
      },
    };
    const lines = await told(schema, "{ kind: b, item: { type: q, q1: x } }");
    expect(lines).toEqual([expect.stringContaining('"item.q1" in the body must be integer')]);
    expect(lines).toEqual([rule(`#/definitions/b/properties/item/${keyword}/1/properties/q1/type`)]);
    expect(await told(schema, "{ kind: a }")).toEqual([rule("#/definitions/a/allOf/1/required")]);
  });

  it("reports nothing if a secret may decide it", async () => {
    expect(await told(events, '{ type: "${secret.kind}", c1: x }')).toEqual([]);
  });
});

it("reports which alternatives of oneOf match if more than one does", async () => {
  expect(await told({ oneOf: [{ type: "string" }, { type: "integer" }, { minimum: 1 }] }, "5")).toEqual([
    "the body must match exactly one schema in oneOf, and matches those at 1 and 2. The rule is #/oneOf in messages/s.json:1:10.",
  ]);
});

it("reports what then and else require", async () => {
  // biome-ignore lint/suspicious/noThenProperty: it is a keyword
  const schema = { if: { required: ["a"] }, then: { required: ["b"] }, else: { required: ["c"] } };
  expect(await told(schema, "{ a: 1 }")).toEqual([rule("#/then/required")]);
  expect(await told(schema, "{}")).toEqual([rule("#/else/required")]);
});

it("names the file and the place of a rule in another file", async () => {
  const files = {
    "messages/s.json": { anyOf: [{ $ref: "t.json#/definitions/a" }] },
    "messages/t.json": '{ "definitions": {\n  "a": {\n    "minimum": 3 } } }',
  };
  expect(await problemsOfBodies(files, "1")).toEqual([
    "messages/a.yaml:3:9 BODY_NOT_VALID: the body must be >= 3. Change the body, or the schema. The rule is #/definitions/a/minimum in messages/t.json:3:16.",
  ]);
});
