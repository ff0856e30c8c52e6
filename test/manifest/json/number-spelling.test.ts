import { describe, expect, it } from "vitest";
import { type LoadOptions, type LoadResult, loadManifests, readAllMessages } from "../../../src/manifest/index.ts";
import { parseTemplate } from "../../../src/manifest/template/template.ts";
import type { JsonValue } from "../../../src/types.ts";
import { loadFiles, temporaryFolder, writeFiles } from "../support/fixture.ts";

const dev = { stack: "dev", variables: { config: {}, secrets: [] } } as const;

/** Returns the ids and bodies that a map makes of rows. The folder has to exist until the rows are read. */
async function mapped(rows: string, map: string, file = "rows.ndjson"): Promise<readonly JsonValue[]> {
  using root = temporaryFolder();
  writeFiles(root.path, {
    "messages/a.yaml": `queue: orders\nsource: { file: ${file}, map: ${map} }\n`,
    [`messages/${file}`]: rows,
  });
  const { manifests, problems } = await loadManifests({ root: root.path, ...dev });
  expect(problems).toEqual([]);
  const [manifest] = manifests;
  if (manifest === undefined) throw new Error("there is no manifest");
  return (await readAllMessages(manifest.content)).map(({ id, body }) => (id === undefined ? body : [id, body]));
}

async function inline(messages: string, options: Omit<LoadOptions, "root"> = dev): Promise<LoadResult> {
  return await loadFiles({ "messages/a.yaml": `queue: orders\nmessages:\n${messages}` }, options);
}

const bodies = ({ manifests }: LoadResult) =>
  manifests.flatMap(({ content }) => (content.kind === "inline" ? content.messages.map(({ body }) => body) : []));

/** Numbers that JavaScript writes differently, all of them exact. */
const respelled = ["3.10", "1.0", "19.90", "1e3", "1E3", "1e+3", "1e21", "12e-7", "0.0", "-1.50", "1234e56", "100.00"];

describe("a number inside a text", () => {
  it.each(respelled)("from a row keeps its spelling: %s", async (number) => {
    expect(await mapped(`{"n":${number}}\n`, '{ id: "p-${row.n}", body: "is ${row.n}" }')).toEqual([
      [`p-${number}`, `is ${number}`],
    ]);
    expect(await mapped(`${number}\n`, '{ content_type: text, body: "${row}" }')).toEqual([number]);
  });

  it.each(respelled)("from for_each keeps its spelling: %s", async (number) => {
    const loaded = await inline(
      `  - { for_each: [${number}, { n: ${number} }], id: "\${index}", body: "v\${index}" }
  - { for_each: [${number}], id: "a\${item}", body: "is \${item}" }
  - { for_each: [{ deep: [0, ${number}] }], id: b, body: "is \${item.deep.1}" }
`,
    );
    expect(bodies(loaded)).toEqual(["v0", "v1", `is ${number}`, `is ${number}`]);
    expect(loaded.problems.map(({ code }) => code)).toEqual(Array.from({ length: 4 }, () => "NUMBER_SPELLING"));
  });

  it("is found at any depth, next to texts that look alike, in rows of JSON arrays and with spaces", async () => {
    const rows = '{"a": {"b": [1.0, {"c": 2.50}]}, "t": "1.0", "n": 7}';
    const map = '{ body: "${row.a.b.0} ${row.a.b.1.c} ${row.t} ${row.n}" }';
    expect(await mapped(`${rows}\n`, map)).toEqual(["1.0 2.50 1.0 7"]);
    expect(await mapped(`[\n ${rows},\n ${rows}\n]`, map, "rows.json")).toEqual(["1.0 2.50 1.0 7", "1.0 2.50 1.0 7"]);
    expect(await mapped("[ 1.0 , 2 ]", '{ body: "is ${row}" }', "rows.json")).toEqual(["is 1.0", "is 2"]);
  });

  it("is a number if it is alone, and a text if a text is expected", async () => {
    expect(await mapped('{"n":19.90}\n', '{ body: { n: "${row.n}", t: "${row.n} EUR", row: "${row}" } }')).toEqual([
      { n: 19.9, t: "19.90 EUR", row: { n: 19.9 } },
    ]);
    expect(await mapped('{"n":19.90}\n', '{ content_type: text, body: "${row.n}" }')).toEqual(["19.90"]);
  });

  it("keeps its spelling through an alias, and through a list with variables in it", async () => {
    const loaded = await inline(
      `  - id: first
    body: &v 3.10 # queue-seeder: allow NUMBER_SPELLING
  - { for_each: [*v, "\${stack}", 4], id: "i\${index}", body: "x \${item}", content_type: text }
`,
    );
    expect(loaded.problems).toEqual([]);
    expect(bodies(loaded)).toEqual([3.1, "x 3.10", "x dev", "x 4"]);
  });

  it("from the configuration keeps its spelling if its text is known", async () => {
    const loaded = await inline(
      '  - { id: a, body: "${config.o.n}/${config.o.l.0}" } # queue-seeder: allow VARIABLE_CHANGES\n',
      {
        stack: "dev",
        variables: { config: { o: { n: 1.5, l: [2] } } },
      },
    );
    expect(bodies(loaded)).toEqual(["1.5/2"]);
  });

  it("is not one that is refused", async () => {
    for (const number of ["-0", "12345678901234567890", "1e999", "9007199254740993"]) {
      const files = {
        "messages/a.yaml": 'queue: orders\nsource: { file: d.ndjson, map: { body: "is ${row.n}" } }\n',
        "messages/d.ndjson": `{"n":${number}}\n`,
      };
      const { problems } = await loadFiles(files, dev);
      expect(problems.map(({ code, location }) => [code, location])).toEqual([
        ["NUMBER_NOT_EXACT", { file: "messages/d.ndjson", line: 1, column: 6 }],
      ]);
    }
  });
});

describe("a dollar sign before a variable", () => {
  it.each([
    ["Total ${$}${stack}", "Total $dev"],
    ["${$}", "$"],
    ["${ $ }{stack}", "${stack}"],
    ["${$}${$}${stack}${$}", "$$dev$"],
    ["$5 and $$5 and $", "$5 and $$5 and $"],
  ])("%s becomes %s, without a warning", async (text, body) => {
    const loaded = await inline(`  - body: '${text}'\n`);
    expect(loaded.problems).toEqual([]);
    expect(bodies(loaded)).toEqual([body]);
  });

  it.each(["$${stack}", "a $${ stack } b", "$$${stack}", "$${secret.pin}", "$${config.region}"])(
    "%s causes a warning, and stays unchanged",
    async (text) => {
      const loaded = await inline(`  - body: '${text}'\n`, {
        stack: "dev",
        variables: { config: { region: "eu" }, secrets: ["pin"] },
      });
      expect(loaded.problems.map(({ code }) => code)).toEqual(["LITERAL_VARIABLE"]);
      expect(bodies(loaded)).toEqual([text.replace("$${", "${")]);
    },
  );

  it.each(["$${HOME}", "$${stack", "$${}", "$${config.gone}"])(
    "%s is not a variable, and causes no warning",
    async (text) => {
      const loaded = await inline(`  - body: '${text}'\n`);
      expect(loaded.problems).toEqual([]);
    },
  );

  it("does not make a text of many markers slow", () => {
    expect(parseTemplate("$${".repeat(100_000))).toHaveLength(100_000);
    expect(parseTemplate("${{".repeat(100_000)).at(-1)).toMatchObject({ kind: "unclosed" });
  });
});

describe("aliases and keys", () => {
  it("an alias stands for a key with an anchor, and for a key itself", async () => {
    const loaded = await inline(
      `  - id: &name first
    body: { &key order: 1, again: *key, *name : 3 }
`,
    );
    expect(loaded.problems).toEqual([]);
    expect(bodies(loaded)).toEqual([{ order: 1, again: "order", first: 3 }]);
  });

  it("a key that an alias duplicates, one that is not a text and one without an anchor are reported", async () => {
    const loaded = await inline(`  - body: { &a x: 1, *a : 2 }
  - body: { n: &n 5, *n : 1 }
  - body: { *gone : 1 }
`);
    expect(loaded.problems.map(({ code, location: { line, column } }) => `${line}:${column} ${code}`)).toEqual([
      "3:22 DUPLICATE_KEY",
      "4:22 KEY_NOT_TEXT",
      "5:13 ALIAS_UNKNOWN",
    ]);
  });

  it("problems below a key that is an alias are reported at their place", async () => {
    const loaded = await inline('  - id: &b body\n    *b : { x: "${gone}" }\n');
    expect(loaded.problems.map(({ code, location: { line, column } }) => `${line}:${column} ${code}`)).toEqual([
      "4:16 VARIABLE_UNKNOWN",
    ]);
  });
});
