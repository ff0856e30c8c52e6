import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseEntries, runExplain } from "../../../src/cli/explain/run.ts";
import { problemCodes } from "../../../src/manifest/problem/problem-codes.ts";
import { UsageError } from "../../../src/usage-error.ts";
import { repository } from "../../docs/support/pages.ts";

const page = readFileSync(join(repository, "docs/problems.md"), "utf8");
const entries = parseEntries(page);

describe("the entries of docs/problems.md", () => {
  it("has a text for every code of a manifest", () => {
    expect(Object.keys(problemCodes).filter((code) => (entries.get(code) ?? "") === "")).toEqual([]);
  });

  it("has a text for every code in a table, with its remedy", () => {
    const inTables = [...page.matchAll(/^\| ((?:[A-Z][A-Z_]+(?:, )?)+) \|/gm)].flatMap(([, codes = ""]) =>
      codes.split(", "),
    );
    expect(inTables.length).toBeGreaterThan(40);
    expect(inTables.filter((code) => !entries.has(code))).toEqual([]);
    expect(entries.get("CREDENTIALS_HALF")).toMatch(/^There are no credentials.*\n\nSet `queue-seeder:apiToken`/);
  });

  it("ends a section at the next heading", () => {
    expect(entries.get("FOLDER_MISSING")).toMatch(/^The folder of manifests is missing\..*put manifests into it\.$/s);
    expect([...entries.values()].filter((text) => /^#/m.test(text))).toEqual([]);
  });
});

it.each([
  [
    "MESSAGE_EDITE",
    'unknown problem code "MESSAGE_EDITE". Did you mean "MESSAGE_EDITED"? docs/problems.md lists all codes.',
  ],
  ["no-such-code", 'unknown problem code "no-such-code". docs/problems.md lists all codes.'],
])("refuses the unknown code %s", (code, message) => {
  expect(() => runExplain(code)).toThrow(new UsageError(message));
});
