import { expect, it } from "vitest";
import { jsonText, planJson } from "../../../src/cli/plan/json.ts";
import { isExpected, readExpected } from "../../../src/cli/up/expect.ts";
import { temporaryFolder, writeFiles } from "../../manifest/support/fixture.ts";
import { full, planOf } from "../plan/fixture.ts";

it("takes a digest as it is, and that of a plan's file", () => {
  using root = temporaryFolder();
  writeFiles(root.path, { "plans/dev.json": jsonText(planJson(full)) });
  expect(readExpected(root.path, "p1:BBBBBBBBBBBBBBBBBBBBBB")).toEqual({
    digest: "p1:BBBBBBBBBBBBBBBBBBBBBB",
    pushes: undefined,
  });
  expect(readExpected(root.path, "plans/dev.json")).toEqual({ digest: full.digest, pushes: full.pushes });
});

it("refuses what is neither", () => {
  using root = temporaryFolder();
  writeFiles(root.path, {
    "text.json": "no JSON",
    "later.json": JSON.stringify({ ...planJson(full), version: 2 }),
    "other.json": JSON.stringify({ version: 1, kind: "status" }),
  });
  expect(() => readExpected(root.path, "missing.json")).toThrow("cannot be read: no such file or directory (ENOENT)");
  for (const file of ["text.json", "later.json", "other.json"]) {
    expect(() => readExpected(root.path, file)).toThrow(`${file} holds no plan of version 1`);
  }
});

it("takes the plan with the digest that was reviewed, of which nothing else has to be known, and no other", () => {
  expect(isExpected(full, { digest: full.digest, pushes: undefined })).toBe(true);
  expect(isExpected(full, { digest: "p1:BBBBBBBBBBBBBBBBBBBBBB", pushes: undefined })).toBe(false);
});

it("takes the rest of a reviewed plan for it, where its file says what it was made of", () => {
  const [reviewed] = full.pushes;
  if (reviewed === undefined) throw new Error("the plan pushes nothing");
  const expected = { digest: full.digest, pushes: full.pushes };
  const rest = planOf([], { pushes: [{ ...reviewed, messages: "50-99,300" }], digest: "p1:BBBBBBBBBBBBBBBBBBBBBB" });
  expect(isExpected(rest, expected)).toBe(true);
  expect(isExpected(planOf([]), expected)).toBe(true);
  expect(isExpected(rest, { ...expected, pushes: undefined })).toBe(false);
  const more = { ...rest, pushes: [{ ...reviewed, messages: "100" }] };
  expect(isExpected(more, expected)).toBe(false);
  // Whoever writes more into the file changes its digest, and another stack has other ones.
  expect(isExpected(more, { ...expected, pushes: [{ ...reviewed, messages: "0-999" }] })).toBe(false);
  expect(isExpected({ ...rest, stack: "prod" }, expected)).toBe(false);
});
