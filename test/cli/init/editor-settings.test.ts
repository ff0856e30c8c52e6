import { expect, it } from "vitest";
import { addToEditorSettings } from "../../../src/cli/init/merge-files.ts";

const schema = "./node_modules/queue-seeder/messages/manifest.schema.json";
const add = (text: string | undefined) => addToEditorSettings(text, schema, "messages/**/*.{yaml,yml}");
const entry = `"${schema}": [\n      "messages/**/*.{yaml,yml}"\n    ]`;

it("maps the manifests to their schema", () => {
  expect(JSON.parse(add(undefined))).toEqual({ "yaml.schemas": { [schema]: ["messages/**/*.{yaml,yml}"] } });
  expect(add("")).toBe(add(undefined));
});

it("keeps other settings and comments, and changes nothing the second time", () => {
  const before = '{\n  // ours\n  "a": 1,\n  "yaml.schemas": {\n    "x.json": "y.yaml",\n  }\n}\n';
  const after = add(before);
  expect(after).toContain('// ours\n  "a": 1,');
  expect(after).toContain('"x.json": "y.yaml"');
  expect(after).toContain(entry);
  expect(add(after)).toBe(after);
});

it.each(["{,", "[]", "1"])("leaves %s, which is not settings, to its owner", (text) => {
  expect(add(text)).toBe(text);
});
