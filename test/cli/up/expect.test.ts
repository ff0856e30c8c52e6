import { expect, it } from "vitest";
import { jsonText, planJson } from "../../../src/cli/plan/json.ts";
import { expectedDigest } from "../../../src/cli/up/expect.ts";
import { temporaryFolder, writeFiles } from "../../manifest/support/fixture.ts";
import { full } from "../plan/fixture.ts";

it("takes a digest as it is, and that of a plan's file", () => {
  using root = temporaryFolder();
  writeFiles(root.path, { "plans/dev.json": jsonText(planJson(full)) });
  expect(expectedDigest(root.path, "p1:BBBBBBBBBBBBBBBBBBBBBB")).toBe("p1:BBBBBBBBBBBBBBBBBBBBBB");
  expect(expectedDigest(root.path, "plans/dev.json")).toBe(full.digest);
});

it("refuses what is neither", () => {
  using root = temporaryFolder();
  writeFiles(root.path, {
    "text.json": "no JSON",
    "later.json": JSON.stringify({ ...planJson(full), version: 2 }),
    "other.json": JSON.stringify({ version: 1, kind: "status" }),
  });
  expect(() => expectedDigest(root.path, "missing.json")).toThrow("cannot be read: ENOENT");
  for (const file of ["text.json", "later.json", "other.json"]) {
    expect(() => expectedDigest(root.path, file)).toThrow(`${file} holds no plan of version 1`);
  }
});
