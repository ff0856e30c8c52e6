import fc from "fast-check";
import { expect, it } from "vitest";
import {
  decodeKeys,
  decodeLedger,
  encodeKeys,
  encodeLedger,
  LedgerError,
  messageDigest,
  withCopyIndex,
} from "../../src/plan/index.ts";

const digest = messageDigest({ contentType: "text", body: "a" });

it("is restored from the state unchanged, whatever the ids contain", () => {
  const id = fc.option(fc.string({ unit: "binary" }), { nil: undefined });
  fc.assert(
    fc.property(fc.array(id), (ids) => {
      const keys = withCopyIndex(ids.map((id) => ({ digest, id })));
      const ledger = { deliveryDigest: digest, complete: false, pushed: keys, inDoubt: keys.slice(1) };
      expect(decodeLedger(structuredClone(encodeLedger(ledger)))).toEqual(ledger);
    }),
  );
});

it("treats an absent ledger as empty", () => {
  expect(decodeLedger(undefined)).toEqual({ deliveryDigest: undefined, complete: false, pushed: [], inDoubt: [] });
});

it.each([
  ["null", null],
  ["a string", ""],
  ["a part of one", { version: 1, manifest: "", complete: true, pushed: "" }],
  ["one of a later version", { version: 2, manifest: "", complete: true, pushed: "", inDoubt: "" }],
  ["one without a version", { manifest: "", complete: true, pushed: "", inDoubt: "" }],
  ["a digest of another version", { version: 1, manifest: "v9:abc", complete: true, pushed: "", inDoubt: "" }],
  ["a line of another version", { version: 1, manifest: "", complete: true, pushed: `${digest}\nv2:xyz`, inDoubt: "" }],
  ["an id that is not a string", { version: 1, manifest: "", complete: true, pushed: `${digest} 7.5`, inDoubt: "" }],
])("never treats an unreadable ledger as empty: %s", (_, encoded) => {
  expect(() => decodeLedger(encoded)).toThrow(LedgerError);
});

it("has one line per message, without the body", () => {
  expect(encodeKeys([{ digest, id: "order-1" }])).toBe(`${digest} "order-1"`);
  expect(
    encodeKeys(
      withCopyIndex([
        { digest, id: undefined },
        { digest, id: undefined },
      ]),
    ),
  ).toBe(`${digest}\n${digest} 2`);
  expect(decodeKeys("")).toEqual([]);
});
