import { expect, it } from "vitest";
import { formatCount, formatDuration, truncate } from "../src/format.ts";

it.each([
  [0, "less than a second"],
  [0.99, "less than a second"],
  [1, "1 s"],
  [89.5, "90 s"],
  [90, "2 min"],
  [2_701, "46 min"],
  [5_400, "1 h 30 min"],
  [7_200, "2 h"],
])("formats %f seconds as %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

it("formats counts", () => {
  expect([formatCount(1, "row"), formatCount(0, "row"), formatCount(1_234_567, "row")]).toEqual([
    "1 row",
    "0 rows",
    "1,234,567 rows",
  ]);
});

it("cuts a text between characters, never inside one", () => {
  expect(["", "abc", "abcd", "a😀b😀c", "😀😀😀😀"].map((text) => truncate(text, 3))).toEqual([
    "",
    "abc",
    "abc",
    "a😀b",
    "😀😀😀",
  ]);
});
