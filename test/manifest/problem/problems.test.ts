import { describe, expect, it } from "vitest";
import { problemCodes } from "../../../src/manifest/index.ts";
import { expectedFile, fixtureCodes, problemsOf } from "../support/fixture.ts";

describe("problem codes", () => {
  it("each have a fixture, and no fixture has another code", () => {
    expect(fixtureCodes).toEqual(Object.keys(problemCodes).sort());
  });

  it.each(fixtureCodes)("%s is reported as expected", async (code) => {
    const found = await problemsOf(code);
    await expect(found).toMatchFileSnapshot(expectedFile(code));
    expect(found).toContain(` ${code}: `);
    // A fixture is only for its own code: a change of another code in it would go unnoticed.
    expect(found.split("\n").filter((line) => line !== "" && !line.includes(` ${code}: `))).toEqual([]);
  });
});
