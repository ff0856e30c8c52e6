import { expect, it } from "vitest";
import { redactData } from "../../../src/cli/rehearse/secrets.ts";

it("removes values from every text, verbatim and as JSON", () => {
  const data = { console: [{ text: 'token s"1 and {"t":"s\\"1"}' }], number: 1, none: undefined, label: "plain" };
  expect(redactData(data, ['s"1'])).toEqual({
    console: [{ text: 'token (withheld) and {"t":"(withheld)"}' }],
    number: 1,
    none: undefined,
    label: "plain",
  });
});

it("removes the whole of a value that contains another", () => {
  expect(redactData("abcdef abc", ["abc", "abcdef"])).toBe("(withheld) (withheld)");
});

it("leaves data unchanged if there is nothing to remove", () => {
  expect(redactData({ a: "b" }, [""])).toEqual({ a: "b" });
});
