import { describe, expect, it } from "vitest";
import {
  countLabels,
  formatAllLabels,
  formatLabel,
  formatLabelList,
  formatRowLabel,
  parseRowLabel,
} from "../src/labels.ts";

const hostileIds = ["a to #9", ") to #9 (b", '"', "(", ")", "#5", "\\", 'x") to #9 ("y', "", " ", "\n", "#1 (a)"];

describe("the label of a row", () => {
  it("has the number, and the id next to it", () => {
    expect(formatRowLabel(5)).toBe("#5");
    expect(formatRowLabel(5, "order-5")).toBe("#5 (order-5)");
    expect(formatRowLabel(5, "a (b)")).toBe('#5 ("a (b)")');
  });

  it.each(hostileIds)("is a single row, whatever its id is: %j", (id) => {
    const label = formatRowLabel(5, id);
    expect(parseRowLabel(label)).toBe(5);
    expect(countLabels([label])).toBe(1);
  });

  it.each(hostileIds)("is never the label of a message with an id: %j", (id) => {
    expect(parseRowLabel(formatLabel(id, 0))).toBeUndefined();
    expect(countLabels([formatLabel(id, 0)])).toBe(1);
  });

  it.each(["#5 to #9", "#5 (a) to #9 (b)", "#", "#x", "#5 (", "#5 a", " #5"])("is not %j", (label) => {
    expect(parseRowLabel(label)).toBeUndefined();
  });
});

describe("a list of labels", () => {
  const row = (number: number) => formatRowLabel(number, `o-${number}`);

  it("combines consecutive rows, with the ids of the first and the last", () => {
    expect(formatAllLabels([row(5), row(6), row(7), row(9)])).toEqual(["#5 (o-5) to #7 (o-7)", "#9 (o-9)"]);
    expect(formatAllLabels(["#5", "#6", row(7)])).toEqual(["#5 to #7 (o-7)"]);
    expect(formatAllLabels(["a", "b", '"#1"', '"#2"'])).toEqual(["a", "b", '"#1"', '"#2"']);
    expect(formatAllLabels(["#5", "#5"])).toEqual(["#5", "#5"]);
  });

  it.each(hostileIds)("counts what it combines, whatever the ids are: %j", (id) => {
    const labels = [5, 6, 7].map((number) => formatRowLabel(number, id));
    expect(formatAllLabels(labels)).toHaveLength(1);
    expect(countLabels(formatAllLabels(labels))).toBe(3);
  });

  it("counts the messages that it leaves out, those of ranges included", () => {
    const rows = Array.from({ length: 30 }, (_, index) => formatRowLabel(2 * index + 1));
    expect(formatLabelList([...rows, "#101 to #200"])).toMatch(/^#1, #3, .*, #39 and 110 more$/);
    expect(formatLabelList(["#1 to #100"])).toBe("#1 to #100");
  });
});
