import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatStep, splitName } from "../../../src/manifest/template/variable-name.ts";
import { readBody } from "../../../src/plan/index.ts";
import type { RowMessage } from "../../../src/types.ts";
import { loadFiles } from "../support/fixture.ts";

/** Loads a manifest with a data file. @returns its messages as well */
async function load(source: string, data: string, file = "rows.csv") {
  const messages: RowMessage[] = [];
  const files = { "messages/a.yaml": `queue: orders\nsource:\n  file: ${file}\n${source}`, [`messages/${file}`]: data };
  const { problems } = await loadFiles(files, { onMessage: (_, message) => messages.push(message) });
  return { problems, messages: messages.map((message) => ({ id: message.id, body: readBody(message) })) };
}

describe("the name of a variable", () => {
  it.each([
    ["row", ["row"]],
    ["row.address.city", ["row", "address", "city"]],
    ["row['address.city']", ["row", "address.city"]],
    ['row["address.city"]', ["row", "address.city"]],
    ["row['a.b'].c['d']['e'].f", ["row", "a.b", "c", "d", "e", "f"]],
    ["row['it''s']", ["row", "it's"]],
    ['row["say ""so"""]', ["row", 'say "so"']],
    ["row['']", ["row", ""]],
    ["row['a}b']", ["row", "a}b"]],
    ["row.items[0]", ["row", "items[0]"]],
    ["row.items[0].name", ["row", "items[0]", "name"]],
    ["config.other:NAME", ["config", "other:NAME"]],
  ])("%s leads through %j", (name, steps) => {
    expect(splitName(name)).toEqual(steps);
  });

  it("leads to its key, whatever the key", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, unit: fc.constantFrom(..."ab.'\"[]{} 0") })), (keys) => {
        expect(splitName(`row${keys.map(formatStep).join("")}`)).toEqual(["row", ...keys]);
      }),
    );
  });
});

describe("a column whose name has a dot", () => {
  it("is named in brackets, alone, in a text, in an id", async () => {
    const { problems, messages } = await load(
      `  map:
    id: "c-\${row['address.city']}"
    body: { city: "\${row['address.city']}", text: 'in \${row["address.city"]}, \${row["a}b"]}' }
`,
      "id,address.city,a}b\n1,Rome,x\n",
    );
    expect(problems).toEqual([]);
    expect(messages).toEqual([{ id: "c-Rome", body: { city: "Rome", text: "in Rome, x" } }]);
  });

  it("is reported with a valid name", async () => {
    const { problems } = await load(
      `  map: { body: "\${row.address.city}" }
`,
      "id,address.city\n1,Rome\n",
    );
    expect(problems).toMatchObject([
      { code: "VARIABLE_UNDEFINED", hint: "Its key has a dot: write ${row['address.city']}." },
    ]);
    const nested = await load(
      `  map: { body: "\${row.a.b.c}" }
`,
      '{"a":{"b.c":1}}\n',
      "rows.ndjson",
    );
    expect(nested.problems).toMatchObject([{ hint: "Its key has a dot: write ${row.a['b.c']}." }]);
    const both = await load(
      `  map: { body: "\${row.a.b} \${row['a.b']}" }
`,
      '{"a":{"b":1},"a.b":2}\n',
      "rows.ndjson",
    );
    expect(both.problems).toEqual([]);
  });

  it("is named the same way in items and in the configuration", async () => {
    const { problems, manifests } = await loadFiles(
      {
        "messages/a.yaml":
          "queue: orders\npush: on_change\nmessages:\n  - for_each: [{ a.b: 1 }]\n    body: [\"${item['a.b']}\", \"${config['c.d']}\"]\n",
      },
      { stack: "dev", variables: { config: { "c.d": 2 } } },
    );
    expect(problems).toEqual([]);
    expect(manifests[0]?.content).toMatchObject({ messages: [{ body: [1, 2] }] });
  });
});

describe("a number of a CSV column", () => {
  it("keeps its spelling inside a text, and is a number alone", async () => {
    const { problems, messages } = await load(
      `  types: { price: number, count: "integer?", more: json }
  map:
    id: "p-\${row.price}"
    body: { price: "\${row.price}", text: "\${row.price} EUR, \${row.count} of \${row.more.v}" }
`,
      'price,count,more\n19.90,1,"{""v"": 3.10}"\n1e21,2,"{""v"": 1.0}"\n0.50,3,"{""v"":2}"\n',
    );
    expect(problems).toEqual([]);
    expect(messages).toEqual([
      { id: "p-19.90", body: { price: 19.9, text: "19.90 EUR, 1 of 3.10" } },
      { id: "p-1e21", body: { price: 1e21, text: "1e21 EUR, 2 of 1.0" } },
      { id: "p-0.50", body: { price: 0.5, text: "0.50 EUR, 3 of 2" } },
    ]);
  });
});
