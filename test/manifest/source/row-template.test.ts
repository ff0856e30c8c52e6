import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildMessage } from "../../../src/manifest/message/build-message.ts";
import { CompactJson } from "../../../src/manifest/source/compact-json.ts";
import { type MappedRow, RowTemplate } from "../../../src/manifest/source/row-template.ts";
import { messageDigest } from "../../../src/plan/index.ts";
import type { JsonValue } from "../../../src/types.ts";

interface Map {
  readonly id?: string;
  readonly body: JsonValue;
}

/** Applies a map to rows, after the parser has learned the keys of all. */
function apply(map: Map, ...rows: readonly JsonValue[]): readonly (MappedRow | undefined)[] {
  const template = RowTemplate.compile(map);
  if (template === undefined) throw new Error("the map is not compiled");
  const compact = new CompactJson();
  for (const row of rows) compact.learn(row);
  return rows.map((row) => {
    if (compact.canonicalize(JSON.stringify(row)) === undefined) throw new Error("the row is not recognized");
    return template.apply(compact);
  });
}

/** Builds the message of a row from its value. */
function build(map: Map, row: JsonValue) {
  const problems: string[] = [];
  const json = JSON.stringify(row);
  const scope = {
    stack: undefined,
    variables: {},
    env: [],
    local: { row, index: 0 },
    row: { json, bytes: Buffer.byteLength(json) },
  };
  const context = { push: "once", defaults: undefined, schemas: [], dedupKeys: undefined } as const;
  const location = { file: "rows.ndjson", line: 1, column: 1 };
  const { message } = buildMessage(map, context, scope, location, (code) => problems.push(code), 0);
  return { message, problems };
}

describe("a mapped row", () => {
  it("has an id and a body of the row's values", () => {
    const map = {
      id: "order-${row.n}",
      body: { order: "${row.n}", all: ["${row.to}", "for ${row.to.}"], a: { x: 1.5 } },
    };
    expect(RowTemplate.compile(map)).toBeUndefined();
    const usable = {
      ...map,
      body: { order: "${row.n}", all: ["${row.to}", "for ${row['the name']}!"], a: { x: 1.5 } },
    };
    expect(apply(usable, { n: 7, to: { b: 1, a: [] }, "the name": "é" })).toEqual([
      {
        id: "order-7",
        json: '{"order":7,"all":[{"b":1,"a":[]},"for é!"],"a":{"x":1.5}}',
        canonical: '{"a":{"x":1.5},"all":[{"a":[],"b":1},"for é!"],"order":7}',
      },
    ]);
  });

  it.each<[string, Map, JsonValue]>([
    ["the whole row as the body", { body: "${row}" }, { b: 1, a: "x" }],
    [
      "the whole row in the body",
      { id: "${row.a}", body: { data: "${row}", a: "${row.a}" } },
      { b: [{ d: 1, c: 2 }], a: "x" },
    ],
    ["a row that is a text", { body: "a ${row}" }, "x"],
    ["a row that is a number", { id: "n-${row}", body: ["${row}"] }, 1.5],
    ["no variable", { id: "x", body: { b: null, a: "ü\n" } }, {}],
    ["texts with quotes, line ends and a literal dollar sign", { body: { 'ke"y': '"\n${row.a}\\ ${$}' } }, { a: "x" }],
    ["texts that are true and false", { body: "${row.t} ${row.f}" }, { t: true, f: false }],
    ["empty texts, lists and maps", { body: ["${row.a}${row.a}", "${row.b}", "${row.c}"] }, { a: "", b: [], c: {} }],
    ["the key __proto__ in the body", { body: JSON.parse('{"z":1,"__proto__":"${row.a}"}') }, { a: 1 }],
    ["keys that are numbers", { body: { "10": "${row.a}", "9": "${row.b}", a: 1 } }, { a: 1, b: 2 }],
    ["one key twice", { id: "${row.a}-${row.a}", body: { x: "${row.a}", a: "${row.a}" } }, { a: 1 }],
  ])("is the same as one that is built from values, with %s", (_, map, row) => {
    const [mapped] = apply(map, row);
    const { message, problems } = build(map, row);
    expect(problems).toEqual([]);
    expect(mapped).toMatchObject({ json: JSON.stringify(message.body) });
    expect(mapped?.id).toBe(message.id);
    expect(messageDigest({ body: undefined, contentType: "json", ...(mapped as MappedRow) } as never)).toBe(
      messageDigest({ ...message, json: undefined } as never),
    );
  });

  it("has the positions of the keys in each kind of row", () => {
    const map = { id: "${row.id}", body: "${row.v}" };
    const rows = [
      { id: 1, v: 1 },
      { v: 2, id: 2 },
      { x: { v: 0, id: 0 }, id: 3, v: { v: 3 } },
      { id: 4 },
      { id: 5, v: 5 },
      {},
    ];
    expect(apply(map, ...rows).map((mapped) => mapped && [mapped.id, mapped.json])).toEqual([
      ["1", "1"],
      ["2", "2"],
      ["3", '{"v":3}'],
      undefined,
      ["5", "5"],
      undefined,
    ]);
  });
});

describe("a template falls back to the values for", () => {
  it.each([
    ["a variable of the stack", { body: "${stack}" }],
    ["the index", { id: "${index}", body: 1 }],
    ["a value inside a value", { body: ["${row.a.b}"] }],
    ["a secret", { body: "${secret.a}" }],
    ["a literal variable", { body: "$${row.a}" }],
    ["a variable of another tool", { body: "${{ row.a }}" }],
    ["a variable that is not closed", { body: "${row.a" }],
    ["a variable in a key", { body: { "${row.a}": 1, b: "${row.a}" } }],
    ["half of a surrogate pair", { body: "\ud83d${row.a}" }],
  ])("%s in the map", (_, map) => {
    expect(RowTemplate.compile(map)).toBeUndefined();
  });

  it.each<[string, Map, JsonValue]>([
    ["a key that is missing", { body: "${row.b}" }, { a: 1 }],
    ["a key that every object inherits", { body: "${row.toString}" }, { a: 1 }],
    ["null in a text", { body: "a ${row.a}" }, { a: null }],
    ["a list in a text", { body: "a ${row.a}" }, { a: [1] }],
    ["a map in the id", { id: "${row.a}", body: 1 }, { a: {} }],
    ["a row without keys", { body: "${row.a}" }, [{ a: 1 }]],
  ])("%s in the row", (_, map, row) => {
    expect(apply(map, row)).toEqual([undefined]);
    expect(build(map, row).problems).toHaveLength(1);
  });
});

it("maps any row to the same message as its values do, or falls back to them", () => {
  const key = fc.constantFrom("a", "b", "10", "ü", "a b", "length");
  const text = fc.string({ unit: fc.constantFrom("x", "é", "😀", "\u2028", "{", ",", ":", "'", "1") });
  const scalar = fc.oneof(
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 2 },
      scalar,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 3 }),
    ),
  }));
  const variable = fc.oneof(
    key.map((name) => `\${row['${name}']}`),
    fc.constant("${row}"),
  );
  const template = fc.array(fc.oneof(variable, variable, fc.constantFrom("-", '"', "\\", "\n", "${$}", "😀")), {
    minLength: 1,
    maxLength: 3,
  });
  const texts = template.map((parts) => parts.join(""));
  const { body } = fc.letrec<{ body: JsonValue }>((tie) => ({
    body: fc.oneof(
      { maxDepth: 2 },
      texts,
      scalar,
      fc.array(tie("body"), { maxLength: 3 }),
      fc.dictionary(key, tie("body"), { maxKeys: 3 }),
    ),
  }));
  const rows = fc.array(fc.oneof({ weight: 4, arbitrary: fc.dictionary(key, value, { maxKeys: 5 }) }, value), {
    minLength: 1,
    maxLength: 5,
  });
  let mappedRows = 0;
  fc.assert(
    fc.property(fc.option(texts, { nil: undefined }), body, rows, (id, anyBody, all) => {
      const map = { ...(id !== undefined && { id }), body: anyBody };
      const compiled = RowTemplate.compile(map);
      const compact = new CompactJson();
      for (const row of all) {
        // A row is read from JSON, where -0 is 0 and dictionaries have a prototype.
        const value = JSON.parse(JSON.stringify(row)) as JsonValue;
        compact.learn(value);
        if (compact.canonicalize(JSON.stringify(value)) === undefined) continue;
        const mapped = compiled?.apply(compact);
        const { message, problems } = build(map, value);
        if (mapped === undefined) {
          // A list has its length and its items as own properties, which are not worth a template.
          if (!Array.isArray(value)) expect(problems).not.toEqual([]);
          continue;
        }
        mappedRows += 1;
        // The caller of a template checks the length and the characters of an id.
        expect(problems.filter((code) => code !== "VALUE_NOT_ALLOWED")).toEqual([]);
        if (problems.length === 0) expect(mapped.id).toBe(message.id);
        expect(mapped.json).toBe(JSON.stringify(message.body));
        const digest = messageDigest({ contentType: "json", body: JSON.parse(mapped.json) } as never);
        expect(messageDigest({ contentType: "json", ...mapped } as never)).toBe(digest);
      }
    }),
    { numRuns: 2_000 },
  );
  expect(mappedRows).toBeGreaterThan(500);
});
