import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { problemCodes } from "../../../src/manifest/index.ts";

it("documents every problem code, in the order of the table, and no other", () => {
  const text = readFileSync(new URL("../../../docs/problems.md", import.meta.url), "utf8");
  const documented = [...text.matchAll(/^### ([A-Z_]+)$/gm)].map(([, code]) => code);
  expect(documented).toEqual(Object.keys(problemCodes));
});

it("shows an example of every problem code", () => {
  const text = readFileSync(new URL("../../../docs/problems.md", import.meta.url), "utf8");
  for (const code of Object.keys(problemCodes)) expect(text).toMatch(new RegExp(`^    \\S+:\\d+:\\d+ ${code}: `, "m"));
});
