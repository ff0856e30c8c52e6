import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Pattern, SlowPatternError } from "../../../src/manifest/schema/safe-pattern.ts";
import { loadFiles } from "../support/fixture.ts";

describe("a pattern of a schema", () => {
  it.each([
    "^[a-z0-9]+(?:-[a-z0-9]+)*$",
    "^(foo|ba[r)]|\\(\\))*$",
    "^\\p{L}{2,}[^@]*@.{1,64}$",
    "^(?<year>\\d{4})-\\d{2}$",
  ])("has the same meaning as without a time limit: %s", (source) => {
    const text = fc.oneof(fc.stringMatching(new RegExp(source, "u")), fc.string({ unit: "grapheme", maxLength: 60 }));
    const pattern = new Pattern(source);
    fc.assert(
      fc.property(text, (each) => pattern.test(each) === new RegExp(source, "u").test(each)),
      { numRuns: 50 },
    );
  });

  it.each([
    ["^(a+)+$", "a".repeat(60)],
    ["^(a|a)*$", "a".repeat(60)],
    ["^(aa?){1,60}$", "a".repeat(60)],
    ["a*a*a*a*c", "a".repeat(4_000)],
  ])("is abandoned if it takes too long, at once the second time: %s", (source, text) => {
    const pattern = new Pattern(source);
    expect(() => pattern.test(`${text}!`)).toThrow(SlowPatternError);
    expect(() => pattern.test("a")).toThrow(`the pattern ${source} takes more than a second for a text of`);
  });

  it("ends in a problem at the body", async () => {
    const schema = '{ "additionalProperties": { "pattern": "^(a+)+$" } }';
    const rows = Array.from({ length: 200 }, () => `{ "a": "${"a".repeat(60)}!" }\n`).join("");
    const { problems } = await loadFiles({
      "messages/a.yaml": "queue: q\nbody_schema: s.json\nsource: { file: a.ndjson }\n",
      "messages/a.ndjson": rows,
      "messages/s.json": schema,
    });
    expect(problems[0]).toMatchObject({
      code: "BODY_NOT_VALID",
      location: { file: "messages/a.ndjson", line: 1 },
      message: expect.stringContaining("cannot be checked: the pattern ^(a+)+$ takes more than a second"),
    });
  });
});
