import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { schemaUrl } from "../../../src/manifest/check/validate-shape.ts";
import { loadFiles } from "../support/fixture.ts";

const one = "queue: orders\nmessages: [{ body: 1 }]\n";
const composed = "\u00e9t\u00e9";
const decomposed = "e\u0301te\u0301";

const namesOf = async (files: Readonly<Record<string, string>>) => {
  const { manifests, problems } = await loadFiles(files);
  return { names: manifests.map(({ name }) => name), codes: problems.map(({ code }) => code) };
};

describe("a manifest's name", () => {
  it.each([composed, decomposed])("is the same, however the system writes its letters: %j", async (path) => {
    expect(await namesOf({ [`messages/${path}.yaml`]: one })).toEqual({ names: [composed], codes: [] });
    expect(await namesOf({ "messages/a.yaml": `name: ${path}\n${one}` })).toEqual({ names: [composed], codes: [] });
  });

  it("is found by other manifests and by ledgers in either form", async () => {
    const { manifests, problems } = await loadFiles({
      [`messages/${decomposed}.yaml`]: one,
      "messages/b.yaml": `after: [${composed}]\nmoved_from: [alt-${composed}]\n${one}`,
      "messages/c.yaml": `after: [${decomposed}]\nmoved_from: [old]\n${one}`,
    });
    expect(problems).toEqual([]);
    expect(manifests.map(({ name, after, formerNames }) => ({ name, after, movedFrom: formerNames }))).toEqual([
      { name: "b", after: [composed], movedFrom: [`alt-${composed}`, `alt-${decomposed}`] },
      { name: "c", after: [composed], movedFrom: ["old"] },
      { name: composed, after: [], movedFrom: [decomposed] },
    ]);
  });

  it.each([
    "grüße",
    "日本語",
    "हिन्दी",
    "Заказы-2026",
    "a.b_c-d",
    "2026/01",
    "my orders",
    "-a",
    "_a",
    "a(1)",
    "a\u001b[31m",
    "a\u202eb",
    "a\u200bb",
    "a::b",
    "a\nb",
    "x".repeat(200),
    "x".repeat(201),
    "€",
  ])("follows one rule, whether it comes from a path or from the author: %j", async (name) => {
    const written = await namesOf({ "messages/a.yaml": `name: ${JSON.stringify(name)}\n${one}` });
    // File systems limit a file name to 255 bytes, but a path may be longer.
    const path = name.length > 100 ? `${name.slice(0, 100)}/${name.slice(101)}` : name;
    const made = await namesOf({ [`messages/${path}.yaml`]: one });
    expect(made.codes).toEqual(written.codes);
    expect(made.names).toEqual(written.names.map(() => path));
    expect(written.names.length + written.codes.length).toBe(1);
  });

  it("is reported with a valid name to write instead", async () => {
    const { problems } = await loadFiles({ "messages/my orders (1)\u202e.yaml": one });
    expect(problems).toMatchObject([
      {
        code: "VALUE_NOT_ALLOWED",
        location: { line: 1, column: 1 },
        message:
          'without a "name", the manifest is named after its path, and "my orders (1)\\u{202e}" has characters that are not allowed in a name',
        hint: expect.stringContaining('Add "name: my-orders-1-", or rename the file'),
      },
    ]);
    const named = await namesOf({ "messages/my orders (1).yaml": `name: my-orders\n${one}` });
    expect(named).toEqual({ names: ["my-orders"], codes: [] });
  });

  it("includes the document's number, in a form that no author can write", async () => {
    const { names, codes } = await namesOf({ "messages/a.yaml": `${one}---\n${one}` });
    expect({ names, codes }).toEqual({ names: ["a", "a#2"], codes: ["UNNAMED_DOCUMENT"] });
  });

  it("follows the same rule in the schema as for paths", () => {
    const { pattern, maxLength } = JSON.parse(readFileSync(schemaUrl, "utf8")).properties.name;
    const source = readFileSync(new URL("../../../src/manifest/check/manifest-name.ts", import.meta.url), "utf8");
    expect(source).toContain(`const namePattern = /${pattern}/u;`);
    expect(source).toContain(`const maxNameLength = ${maxLength};`);
  });
});

describe("files that other systems treat as one", () => {
  it.each([
    ["case", "Orders.yaml", "orders.yaml"],
    ["accents in two encodings", `${decomposed}.yaml`, `${composed}.yaml`],
    ["both", `E\u0301.yaml`, "\u00e9.yaml"],
    ["a folder's case", "A/x.yaml", "a/y.yaml"],
    ["dots at a folder's end", "a./x.yaml", "a/x.yaml"],
    ["spaces at a folder's end", "a /x.yaml", "a/x.yaml"],
  ])("are a problem: %s", async (_, first, second) => {
    const named = (name: string) => `name: ${name}\n${one}`;
    const { codes } = await namesOf({ [`messages/${first}`]: named("first"), [`messages/${second}`]: named("second") });
    expect(codes).toEqual(["PATH_TWICE"]);
  });

  it("are reported once, and shown so that they can be distinguished", async () => {
    const { problems } = await loadFiles({ [`messages/${decomposed}.yaml`]: one, [`messages/${composed}.yaml`]: one });
    expect(problems).toMatchObject([
      {
        code: "PATH_TWICE",
        message: `on macOS or Windows "messages/${composed}.yaml" is the same file as "messages/e\\u{301}te\\u{301}.yaml"`,
      },
    ]);
  });

  it.each([
    ["a.yaml", "a.yml"],
    ["a.yaml", "b/a.yaml"],
    ["strasse.yaml", "straße.yaml"],
    ["e.yaml", "é.yaml"],
  ])("are not %s and %s", async (first, second) => {
    const named = (name: string) => `name: ${name}\n${one}`;
    const { codes } = await namesOf({ [`messages/${first}`]: named("first"), [`messages/${second}`]: named("second") });
    expect(codes).toEqual([]);
  });
});
