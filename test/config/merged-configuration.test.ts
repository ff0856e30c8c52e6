import { expect, it } from "vitest";
import { configuredValue, mergeConfiguration, toProblems } from "../../src/config/merged-configuration.ts";
import { parseConfigFile } from "../../src/config/parse-config-file.ts";
import { createVariables } from "../../src/config/variables.ts";
import { formatDiagnostic, type Problem } from "../../src/manifest/index.ts";
import { inlineMessages, loadFiles } from "../manifest/support/fixture.ts";

const stackFile = (config: string) => parseConfigFile("Pulumi.dev.yaml", `config:\n${config}`, "stack", "shop");
const projectFile = (config: string) => parseConfigFile("Pulumi.yaml", `name: shop\nconfig:\n${config}`, "project");
const lines = (problems: readonly Problem[]) => problems.map(formatDiagnostic);

it.each([
  ['{"id":1}', { id: 1 }],
  ['[1,"a",null,true,{"a":1,"b":[]}]', [1, "a", null, true, { a: 1, b: [] }]],
  ['{"z":"a\\u003cb"}', { z: "a<b" }],
  ['{"id": 1}', '{"id": 1}'],
  ['{"b":1,"a":2}', '{"b":1,"a":2}'],
  ['{"a":1,"a":2}', '{"a":1,"a":2}'],
  ['{"z":"a<b"}', '{"z":"a<b"}'],
  ['{"id":1}\n', '{"id":1}\n'],
  ["[not json", "[not json"],
  ["5", "5"],
])("a text that is not in the files is a map or a list only in Pulumi's own spelling: %s", (text, value) => {
  expect(configuredValue(text, undefined)).toEqual({ value, flaws: [] });
});

it("a text that is in the files has the type that it has there", () => {
  const { values } = stackFile(`  shop:text: '{"id":1}'\n  shop:map: { id: 1 }\n`);
  expect(configuredValue('{"id":1}', values.get("shop:text")).value).toBe('{"id":1}');
  expect(configuredValue('{"id":1}', values.get("shop:map")).value).toEqual({ id: 1 });
  // The value is not from this file: Pulumi read another file, or got the value in another way.
  expect(configuredValue('{"id":2}', values.get("shop:text")).value).toEqual({ id: 2 });
});

it("a map from Pulumi that cannot be read exactly is refused at its key", async () => {
  const config = { "shop:o": '{"id":9007199254740993,"n":1}' };
  const variables = createVariables({ project: "shop", root: "/", config, isSecret: () => false, env: {} });
  const files = { "messages/a.yaml": "queue: q\npush: on_change\nmessages:\n  - body: ${config.o.n}\n" };
  const { problems } = await loadFiles(files, { stack: "dev", variables });
  expect(lines(problems)).toEqual([
    expect.stringMatching(/^messages\/a\.yaml:4:11 CONFIG_INVALID: "shop:o" in the configuration .*9007199254740993/),
  ]);
});

it("only values that a manifest names cause problems in it, and only their own parts", async () => {
  const { values } = stackFile("  shop:o: { on: 2024-01-01, n: 1.50, deep: [01] }\n  shop:other: 01234\n");
  const written = { values, problems: [], missing: [], environment: false };
  const given = [...values].map(([key, { passedText: text }]) => [
    key,
    text ?? '{"on":"2024-01-01 00:00:00 +0000 UTC"}',
  ]);
  const config = Object.fromEntries(given);
  const variables = createVariables({ project: "shop", root: "/", config, isSecret: () => false, written, env: {} });
  const check = (body: string) =>
    loadFiles(
      { "messages/a.yaml": `queue: q\npush: on_change\nmessages:\n  - body: "${body}"\n` },
      { stack: "dev", variables },
    );
  const sound = await check("${config.o.n} EUR");
  expect(lines(sound.problems)).toEqual([]);
  expect(inlineMessages(sound.manifests[0])[0]?.body).toBe("1.50 EUR");
  expect(lines((await check("${config.o.on}")).problems)).toEqual([
    'Pulumi.dev.yaml:2:17 CONFIG_INVALID: "shop:o.on": "2024-01-01" is a date for Pulumi, which formats it differently. ' +
      "Put it in quotes if it is text; otherwise write it in JSON notation.",
  ]);
  expect(lines((await check("${config.o.deep}")).problems)).toEqual([expect.stringContaining('"shop:o.deep.0"')]);
  expect(lines((await check("${config.o}")).problems)).toEqual([expect.stringContaining('"shop:o.deep.0"')]);
});

it("settings of queue-seeder that Pulumi changes are reported, unless another file was read", () => {
  const stack = stackFile("  queue-seeder:accountId: 01234567\n  queue-seeder:production: [0x10]\n  shop:zip: 01234\n");
  const written = mergeConfiguration(projectFile("  zip: x\n"), stack);
  const logged = [
    expect.stringMatching(/^Pulumi\.dev\.yaml:2:27 CONFIG_INVALID: "queue-seeder:accountId": Pulumi reads "01234567"/),
    expect.stringMatching(/^Pulumi\.dev\.yaml:3:29 CONFIG_INVALID: "queue-seeder:production\.0": Pulumi reads "0x10"/),
  ];
  expect(lines(toProblems(written))).toEqual(logged);
  const given = { "queue-seeder:accountId": "342391", "queue-seeder:production": "[16]" };
  expect(lines(toProblems(written, given))).toEqual(logged);
  expect(lines(toProblems(written, { ...given, "queue-seeder:accountId": "abc" }))).toEqual(logged.slice(1));
});

it("a duplicate key and one without a value are reported", () => {
  const project = projectFile(
    "  size: { type: integer }\n  other:x: { value: 1 }\n  note: { type: string, default: ~ }\n",
  );
  const stack = stackFile("  a: 1\n  shop:a: 2\n");
  const { problems, missing } = mergeConfiguration(project, stack);
  expect(lines(problems)).toEqual([
    'Pulumi.dev.yaml:3:3 CONFIG_INVALID: "shop:a": the key appears twice. Remove one of the two.',
  ]);
  expect(lines(missing)).toEqual([
    expect.stringMatching(/^Pulumi\.yaml:3:3 CONFIG_INVALID: "shop:size": /),
    expect.stringMatching(/^Pulumi\.yaml:5:3 CONFIG_INVALID: "shop:note": /),
  ]);
  const esc = parseConfigFile("Pulumi.dev.yaml", "environment: [shared]\nconfig: {}\n", "stack", "shop");
  expect(mergeConfiguration(project, esc).missing).toEqual([]);
});

it.each([
  ["{ 0x10: a }", "is not text"],
  ["{ 1.0: a }", "is not text"],
  ["{ ~: a }", "is not text"],
  ["{ a: 1, a: 2 }", "appears twice"],
  ["{ __proto__: 1 }", "__proto__"],
  ["{ <<: { a: 1 } }", "another map"],
  ["!!binary aGVsbG8=", "has a tag"],
  ["!!timestamp '2024-01-01'", "has a tag"],
  [".inf", "cannot represent"],
  ["{ n: .nan }", "cannot represent"],
])("%s has a flaw", (text, word) => {
  const { values } = stackFile(`  shop:a: ${text}\n`);
  expect(values.get("shop:a")?.flaws).toEqual([expect.objectContaining({ message: expect.stringContaining(word) })]);
});

it("secrets are recognized, and their values are not read", () => {
  const { values } = stackFile(
    "  shop:a: { secure: AAAB }\n  shop:b: { x: [{ secure: AAAB }] }\n  shop:c: { secure: 1 }\n",
  );
  expect([...values].map(([key, { secret }]) => [key, secret])).toEqual([
    ["shop:a", true],
    ["shop:b", true],
    ["shop:c", false],
  ]);
  expect(JSON.stringify([...values])).not.toContain("AAAB");
});

it("aliases that repeat without end are bounded", () => {
  const bomb = ["  shop:a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let at = 1; at < 9; at += 1)
    bomb.push(
      `  shop:a${at}: &a${at} [${Array(10)
        .fill(`*a${at - 1}`)
        .join(", ")}]`,
    );
  const { values } = stackFile(`${bomb.join("\n")}\n`);
  expect(values.get("shop:a8")?.flaws[0]?.message).toBe("the file repeats too much");
});
