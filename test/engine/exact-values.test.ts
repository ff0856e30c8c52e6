import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { parseConfigFile } from "../../src/config/parse-config-file.ts";
import { cli } from "./support/cli.ts";
import { makeProject } from "./support/project.ts";
import { makeSeeder, outputOf, succeeded } from "./support/seeder.ts";
import type { OwnStack } from "./support/stack.ts";

vi.setConfig({ testTimeout: 240_000 });

/** Appends text to the stack file verbatim: a library would reformat it. */
function configure(
  { project, name }: { project: { dir: string; write(path: string, text: string): void }; name: string },
  text: string,
): void {
  const file = `Pulumi.${name}.yaml`;
  project.write(file, `${readFileSync(join(project.dir, file), "utf8").trimEnd()}\n${text}`);
}

it("keeps the spelling of numbers, dollar signs and quoted JSON, byte by byte", async () => {
  const messages = {
    "a.yaml": `queue: orders
defaults: { content_type: text }
messages:
  - for_each: [3.9, 3.10, 1.0, 19.90, 1e3, 1234e56, 100, 0.0]
    id: py-\${item}
    body: "python:\${item}"
  - body: "Total \${$}\${stack}, $\${stack}, $5, $$5"
  - body: '{"order": 1.0}'
`,
    "b.yaml": `queue: orders
after: [a]
messages:
  - { id: numbers, body: { n: 3.10, e: 1e3, text: "3.10", date: 2024-01-01, time: 12:30, under: 1_000, bin: 0b101 } }
  - { id: quoted, body: '{"order": 1.0}' }
  - { id: keys, body: { &key order: 1, again: *key, *key2 : 2 } }
`.replace("- { id: numbers", "- { id: &key2 numbers"),
    "c.yaml": `queue: orders
after: [b]
source: { file: rows.ndjson, map: { id: "p-\${row.id}", content_type: text, body: "Total \${row.total} EUR" } }
`,
    "rows.ndjson": '{"id":1.0,"total":19.90}\n{"id":2,"total":1e21}\n{ "id": 3, "total": [1.50] }\n'.replace(
      "[1.50]",
      "1.50",
    ),
    "d.yaml":
      'queue: orders\nafter: [c]\nsource: { file: rows.json, map: { body: { all: "${row}", text: "is ${row.t.0}" } } }\n',
    "rows.json": '[ {"t": [1.10, 2]}, {"t": [3e2]} ]',
    "e.yaml": "queue: orders\nafter: [d]\nsource: { file: same.ndjson }\n",
    // The same keys in every row, which are recognized from the second row on.
    "same.ndjson": String.raw`{"b":1,"a":{"d":"x","c":[1.5,true]}}
{"b":2,"a":{"d":"é😀","c":[]}}
{"b":3.0,"a":{"d":"\u0041\n","c":[1e3]}}
{ "b": 4, "a": { "d": "x", "c": [ ] } }
{"b":-5,"a":{"d":"{,}","c":[null,{}]}}
{"b":6}
{"a":7,"b":7}
`,
  };
  await using seeder = await makeSeeder({ messages });
  succeeded(await seeder.stack.up());
  expect(sent(seeder)).toEqual([
    "python:3.9",
    "python:3.10",
    "python:1.0",
    "python:19.90",
    "python:1e3",
    "python:1234e56",
    "python:100",
    "python:0.0",
    "Total $test, ${stack}, $5, $$5",
    '{"order": 1.0}',
    '{"n":3.1,"e":1000,"text":"3.10","date":"2024-01-01","time":"12:30","under":"1_000","bin":"0b101"}',
    '"{\\"order\\": 1.0}"',
    '{"order":1,"again":"order","numbers":2}',
    "Total 19.90 EUR",
    "Total 1e21 EUR",
    "Total 1.50 EUR",
    '{"all":{"t":[1.1,2]},"text":"is 1.10"}',
    '{"all":{"t":[300]},"text":"is 3e2"}',
    '{"b":1,"a":{"d":"x","c":[1.5,true]}}',
    '{"b":2,"a":{"d":"é😀","c":[]}}',
    '{"b":3,"a":{"d":"A\\n","c":[1000]}}',
    '{"b":4,"a":{"d":"x","c":[]}}',
    '{"b":-5,"a":{"d":"{,}","c":[null,{}]}}',
    '{"b":6}',
    '{"a":7,"b":7}',
  ]);
  // The pushed messages are recognized.
  expect(outputOf(succeeded(await seeder.stack.up()))).toContain("unchanged");
  expect(sent(seeder)).toHaveLength(25);
});

it("passes the configuration to manifests exactly, or refuses it at its location, as validate --stack does", async () => {
  const names = ["big", "text", "compact", "list", "obj", "plain", "under", "json", "typed", "version"];
  const bodies = names.map((name) => `  - { id: ${name}, body: "\${config.${name}}" }`).join("\n");
  const more = `  - { id: part, body: "\${config.obj.v} \${config.obj.deep.0} \${config.json.a}" }
  - { for_each: "\${config.list}", id: "list-\${item}", body: "v\${item}" }
  - { for_each: "\${config.textlist}", id: "textlist-\${item}", body: "v\${item}" }
`;
  await using seeder = await makeSeeder({ messages: { "a.yaml": `queue: orders\nmessages:\n${bodies}\n${more}` } });
  const { stack } = seeder;
  const yaml = readFileSync(join(stack.project.dir, "Pulumi.yaml"), "utf8");
  stack.write(
    "Pulumi.yaml",
    yaml.replace(
      /^config:$/m,
      'config:\n  typed: { type: string, default: "1.10" }\n  version: { type: integer, default: 7 }',
    ),
  );
  configure(
    stack,
    `  queue-seeder:big: 12345678901234567890
  queue-seeder:text: '{"id": 12345678901234567890, "a": 1, "a": 2}'
  queue-seeder:compact: '{"id":1}'
  queue-seeder:list: [1.10, a]
  queue-seeder:textlist: '[2.50, "b"]'
  queue-seeder:obj: { v: 1.10, big: "9007199254740993", z: "a<b>&c", nul: ~, deep: [3e2, True], "😀": 1, "～": 2 }
  queue-seeder:plain: 12:30
  queue-seeder:under: "1_000"
  queue-seeder:json: '{"a": 1.50}'
`,
  );
  succeeded(await stack.up());
  expect(sent(seeder)).toEqual([
    '"12345678901234567890"',
    JSON.stringify('{"id": 12345678901234567890, "a": 1, "a": 2}'),
    JSON.stringify('{"id":1}'),
    '[1.1,"a"]',
    '{"v":1.1,"big":"9007199254740993","z":"a<b>&c","nul":null,"deep":[300,true],"😀":1,"～":2}',
    '"12:30"',
    '"1_000"',
    JSON.stringify('{"a": 1.50}'),
    '"1.10"',
    '"7"',
    '"1.10 3e2 1.50"',
    '"v1.10"',
    '"va"',
    '"v2.50"',
    '"vb"',
  ]);
  const before = sent(seeder).length;

  // The plan recognizes every message as well.
  expect(await planned(stack)).toMatchObject({ refused: false, total: { messages: 0 } });

  const wrong: readonly (readonly [string, string])[] = [
    ["zip", "01234"],
    ["date", "2024-01-01"],
    ["grouped", "1_000"],
    ["nothing", "~"],
    ["fraction", "1.10"],
    ["exponent", "1e3"],
    ["hex", "0x1F"],
    ["plus", "+1"],
    ["deep", "{ a: [{ id: 9007199254740993 }] }"],
    ["dated", "{ on: 2024-01-01 }"],
    ["octal", "[017]"],
  ];
  configure(stack, wrong.map(([name, text]) => `  queue-seeder:${name}: ${text}\n`).join(""));
  seeder.write(
    "wrong.yaml",
    `queue: orders\nmessages:\n${wrong.map(([name]) => `  - { id: ${name}, body: "\${config.${name}}" }`).join("\n")}\n`,
  );
  const run = await stack.up();
  expect(run.code).not.toBe(0);
  const validated = await cli(stack.project, ["validate", "--stack", stack.name]);
  expect(validated.code).toBe(1);
  const file = readFileSync(join(stack.project.dir, "Pulumi.test.yaml"), "utf8").split("\n");
  for (const [name] of wrong) {
    const line = file.findIndex((each) => each.includes(`queue-seeder:${name}:`)) + 1;
    const location = new RegExp(`Pulumi\\.test\\.yaml:${line}:\\d+ (?:error )?CONFIG_INVALID: "queue-seeder:${name}`);
    expect(outputOf(run)).toMatch(location);
    expect(validated.stderr).toMatch(location);
  }
  expect(sent(seeder)).toHaveLength(before);
});

it("names the variable that changed an unedited message, and keeps the message on request", async () => {
  const text = `queue: orders
env: [BUILD]
messages:
  - { id: release, body: "build \${env.BUILD} of \${stack}" } # queue-seeder: allow VARIABLE_CHANGES
`;
  await using seeder = await makeSeeder({ messages: { "a.yaml": text } });
  const { stack } = seeder;
  succeeded(await stack.up({ env: { BUILD: "1" } }));
  const edited = await stack.up({ env: { BUILD: "2" } });
  expect(edited.code).not.toBe(0);
  expect(outputOf(edited)).toMatch(
    /a\.yaml:4:5 the message "release" .* has another value: \$\{env\.BUILD\}\. .*queue-seeder baseline a`/,
  );
  const baseline = await cli(stack.project, ["baseline", "a", "--stack", stack.name, "--yes"], { BUILD: "2" });
  expect(baseline.code, outputOf(baseline)).toBe(0);
  expect(await planned(stack, { BUILD: "2" })).toMatchObject({ refused: false, total: { messages: 0 } });
  expect(sent(seeder)).toEqual(['"build 1 of test"']);
});

it("predicts how Pulumi reads the configuration", async () => {
  const scalars = `01234 0899 0o17 017 0x1F 0b101 -0b11 1_000 +1 -1 .5 5. 1.0 1.10 1e3 1E3 1e21 1e-7 1234e56 -0 -0.0 0
    12345678901234567890 18446744073709551616 123456789012345678901234567890 -9223372036854775808 -9223372036854775809
    12:30 1.2.3 yes on True FALSE true ~ null Null nul 2024-13-01 1_ _1 0x 0b2 1e400 08 0_8 1__0 0x_1F 1._5 .5_0 +.5 + .
    0.00001 0.0001 123456789.125 100000000000000000000.0`.split(/\s+/);
  const pairs = scalars.map((text, index) => [`shop:a${index}`, text] as const);
  const stackFile = `${pairs.map(([key, text]) => `  ${key}: ${text}\n`).join("")}${pairs
    .map(([key, text]) => `  ${key}m: { v: ${text}, l: [${text}, "${text}"] }\n`)
    .join("")}  shop:quoted: "01234"
  shop:block: |
    {"a": 1}
    two
  shop:folded: a
    b
  shop:tagged: !!str 010
  shop:anchor: &x 0x10
  shop:alias: *x
  shop:keys: { 1: a, true: b, "～": 1, "\\U0001F600": 2, B: 3, a: "<&>\\u2028\\b\\x01\\x7f" }
  bare: x
  other:x.y: 3
`;
  const defaults = [7, "007", "True", "0x1F", '"1.10"', "[1, 9007199254740993]"].map(
    (text, index) => `  d${index}: ${text}\n`,
  );
  const values = ["1.10", "1e21", "0.00001", "0.0001", "1e-7", "123456789.125", "{ a: 1.0, b: [1e21, ~] }"].map(
    (text, index) => `  d1${index}: { default: ${text} }\n`,
  );
  const projectFile = `name: shop
main: index.cjs
runtime: { name: nodejs, options: { typescript: false } }
config:
${defaults.join("")}${values.join("")}  other:v: { value: 1.10 }
  typed: { type: string, default: "01" }
`;
  await using project = makeProject({
    copy: [],
    files: {
      "Pulumi.yaml": projectFile,
      "package.json": "{}",
      "index.cjs": `const { allConfig } = require("@pulumi/pulumi/runtime/config.js");
require("node:fs").writeFileSync("given.json", JSON.stringify(allConfig()));
`,
    },
  });
  succeeded(await project.pulumi(["stack", "init", "dev", "--no-select"]));
  const salt = readFileSync(join(project.dir, "Pulumi.dev.yaml"), "utf8").trimEnd();
  const text = `${salt}\nconfig:\n${stackFile}`;
  project.write("Pulumi.dev.yaml", text);
  succeeded(await project.pulumi(["preview", "--stack", "dev"]));
  const given: Record<string, string> = JSON.parse(readFileSync(join(project.dir, "given.json"), "utf8"));
  const read = new Map([
    ...parseConfigFile("Pulumi.yaml", projectFile, "project").values,
    ...parseConfigFile("Pulumi.dev.yaml", text, "stack", "shop").values,
  ]);
  expect(Object.keys(given).sort()).toEqual([...read.keys()].sort());
  const foretold = [...read].flatMap(([key, value]) =>
    value.passedText === undefined ? [] : [[key, value.passedText] as const],
  );
  expect(foretold).toHaveLength(read.size);
  expect(Object.fromEntries(foretold)).toEqual(given);
});

/** Returns what the next run would push, by the ledger and the files. */
async function planned({ project, name }: OwnStack, env: Readonly<Record<string, string>> = {}) {
  const args = ["plan", "--stack", name, "--format", "json", "--no-preview"];
  return JSON.parse(succeeded(await cli(project, args, env)).stdout);
}

/** Returns the queued bodies as the API received them: texts verbatim, JSON as sent. */
function sent({ emulator }: Pick<Awaited<ReturnType<typeof makeSeeder>>, "emulator">): string[] {
  return emulator
    .messages("orders")
    .map(({ body, contentType }) => (contentType === "text" ? String(body) : JSON.stringify(body)));
}
