import { describe, expect, it } from "vitest";
import { problemCodes } from "../../src/manifest/index.ts";
import { expectedFile, fixtureCodes, problemsOf } from "./support/fixture.ts";

describe("problem codes", () => {
  it("each have a fixture, and no fixture is of another", () => {
    expect(fixtureCodes).toEqual(Object.keys(problemCodes).sort());
  });

  it.each(fixtureCodes)("%s is told as expected", async (code) => {
    const found = await problemsOf(code);
    await expect(found).toMatchFileSnapshot(expectedFile(code));
    expect(found).toContain(` ${code}: `);
    // A fixture is about its own code: others in it would hide that they changed.
    expect(found.split("\n").filter((line) => line !== "" && !line.includes(` ${code}: `))).toEqual([]);
  });
});
