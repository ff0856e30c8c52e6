import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestText, rowsDigest } from "../../src/plan/digest.ts";
import { LedgerError } from "../../src/plan/index.ts";
import {
  decideRows,
  decodeRowsLedger,
  emptyRows,
  encodeRowsLedger,
  needsRows,
  type RowsLedger,
  toRanges,
} from "../../src/plan/rows.ts";

const digests = (...bodies: (string | number)[]) => bodies.map((body) => digestText(String(body)));

function ledger(
  bodies: readonly (string | number)[],
  pushed: readonly number[],
  inDoubt: readonly number[] = [],
): RowsLedger {
  const all = digests(...bodies);
  return {
    deliveryDigest: rowsDigest(all),
    complete: pushed.length === bodies.length,
    pushed: toRanges(pushed, all),
    inDoubt: toRanges(inDoubt, all),
  };
}

function once(...bodies: (string | number)[]) {
  const all = digests(...bodies);
  const deliveryDigest = rowsDigest(all);
  return { wanted: { mode: "once" as const, deliveryDigest, onceDigest: deliveryDigest, rows: bodies.length }, all };
}

describe("once", () => {
  it("pushes all of a new segment, and needs no rows for that", () => {
    const { wanted: desired } = once("a", "b");
    expect(needsRows(desired, emptyRows)).toBe(false);
    expect(decideRows(desired, emptyRows)).toEqual({
      pending: [0, 1],
      inDoubt: [],
      alreadyPushed: [],
      removed: [],
      edited: [],
    });
  });

  it("has nothing to do, and reads nothing, if the rows are those of the ledger", () => {
    const { wanted: desired } = once("a", "b");
    const recorded = ledger(["a", "b"], [0, 1]);
    expect(needsRows(desired, recorded)).toBe(false);
    expect(decideRows(desired, recorded)).toMatchObject({ pending: [], alreadyPushed: [0, 1] });
  });

  it("resumes a partial push, and names the rows in doubt", () => {
    const { wanted: desired } = once("a", "b", "c", "d");
    expect(decideRows(desired, ledger(["a", "b", "c", "d"], [0, 3], [1]))).toEqual({
      pending: [1, 2],
      inDoubt: [1],
      alreadyPushed: [0, 3],
      removed: [],
      edited: [],
    });
  });

  it("pushes only what was added at the end", () => {
    const { wanted: desired, all } = once("a", "b", "c");
    const recorded = ledger(["a", "b"], [0, 1]);
    expect(needsRows(desired, recorded)).toBe(true);
    expect(decideRows(desired, recorded, all)).toMatchObject({ pending: [2], alreadyPushed: [0, 1], edited: [] });
  });

  it("reports edited rows, in doubt or pushed, with both digests", () => {
    const { wanted: desired, all } = once("a", "x", "c");
    const recorded = ledger(["a", "b", "c"], [0], [1]);
    expect(decideRows(desired, recorded, all).edited).toEqual([
      { index: 1, messages: 1, id: undefined, pushed: rowsDigest(digests("b")), present: rowsDigest(digests("x")) },
    ]);
  });

  it("reports missing rows", () => {
    const { wanted: desired, all } = once("a");
    expect(decideRows(desired, ledger(["a", "b"], [0, 1]), all).edited).toMatchObject([
      { index: 0, messages: 2, present: "missing" },
    ]);
  });

  it("names an edited row within a thousand", () => {
    const bodies = Array.from({ length: 5_000 }, (_, n) => n);
    const recorded = ledger(bodies, bodies);
    const { wanted: desired, all } = once(...bodies.with(3_500, -1));
    expect(decideRows(desired, recorded, all).edited).toMatchObject([{ index: 3_000, messages: 1_000 }]);
  });
});

it.each([
  ["on_change", [], [0, 1]],
  ["every_deploy", [0, 1], []],
] as const)("%s treats a delivered file according to the mode", (mode, pending, alreadyPushed) => {
  const { wanted: desired } = once("a", "b");
  expect(decideRows({ ...desired, mode }, ledger(["a", "b"], [0, 1]))).toMatchObject({ pending, alreadyPushed });
});

it.each(["on_change", "every_deploy"] as const)(
  "%s resumes the same delivery, and starts another one from the beginning",
  (mode) => {
    const { wanted: desired } = once("a", "b");
    expect(decideRows({ ...desired, mode }, ledger(["a", "b"], [0]))).toMatchObject({
      pending: [1],
      alreadyPushed: [0],
    });
    expect(decideRows({ ...desired, mode }, ledger(["a", "x"], [0]))).toMatchObject({
      pending: [0, 1],
      alreadyPushed: [],
    });
  },
);

it("is restored from the state, and does not grow with the rows", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(40)), fc.uniqueArray(fc.nat(40)), (pushed, inDoubt) => {
      const bodies = Array.from({ length: 41 }, (_, n) => n);
      const written = ledger(
        bodies,
        pushed.sort((a, b) => a - b),
        inDoubt.filter((n) => !pushed.includes(n)).sort((a, b) => a - b),
      );
      expect(decodeRowsLedger(JSON.parse(JSON.stringify(encodeRowsLedger(written))))).toEqual(written);
      const { wanted: desired } = once(...bodies);
      expect(decideRows(desired, written).alreadyPushed).toEqual(pushed);
    }),
  );
  const many = Array.from({ length: 10_000 }, (_, n) => n);
  expect(JSON.stringify(encodeRowsLedger(ledger(many, many))).length).toBeLessThan(500);
});

it("never treats an unreadable ledger as empty", () => {
  const encoded = encodeRowsLedger(ledger(["a"], [0]));
  expect(decodeRowsLedger(undefined)).toEqual(emptyRows);
  for (const pushed of ["v1:abc", "0+1", "0+1 v9:x", "x+1 v1:0123456789012345678901"]) {
    expect(() => decodeRowsLedger({ ...encoded, pushed })).toThrow(LedgerError);
  }
  expect(() => decodeRowsLedger({})).toThrow(LedgerError);
});
