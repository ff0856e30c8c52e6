import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, it } from "vitest";
import { manifestDigest, messageDigest } from "../../src/plan/index.ts";
import type { JsonValue } from "../../src/types.ts";

/** Returns the same value with the keys of every object in another order. */
function shuffled(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, shuffled(inner as JsonValue)]),
  );
}

const json = fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);

it("ignores the order of keys", () => {
  fc.assert(
    fc.property(json, (body) => {
      expect(messageDigest({ contentType: "json", body: shuffled(body) })).toBe(
        messageDigest({ contentType: "json", body }),
      );
    }),
  );
});

it("changes with every change of meaning", () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      fc.pre(!isDeepStrictEqual(a, b));
      expect(messageDigest({ contentType: "json", body: a })).not.toBe(messageDigest({ contentType: "json", body: b }));
    }),
  );
});

it("distinguishes text from JSON, and both are the same in every release", () => {
  // Computed with openssl from the documented form. If they change, every existing ledger pushes its messages again.
  expect(messageDigest({ contentType: "text", body: "hello" })).toBe("v1:nWOMmhCZXv75RiThYq_s6w");
  expect(messageDigest({ contentType: "json", body: "hello" })).toBe("v1:YnF30-ppMoInGuIlz5dwWw");
  expect(messageDigest({ contentType: "json", body: { b: [1, 2.5, "é"], a: null } })).toBe("v1:u8Wni0OaNX7qpeeT5nIS3w");
});

it("identifies a manifest by its messages, their ids, delays and order", () => {
  const message = (id: string | undefined, delaySeconds?: number) => ({
    digest: messageDigest({ contentType: "text", body: "a" }),
    id,
    delaySeconds,
  });
  const all = [
    [],
    [message(undefined)],
    [message("x")],
    [message(undefined, 0)],
    [message(undefined, 60)],
    [message("x"), message("y")],
    [message("y"), message("x")],
  ].map(manifestDigest);
  expect(new Set(all).size).toBe(all.length);
});

it("distinguishes a place for a secret from its spelling, and does not contain the secret", () => {
  const body = { a: "${secret.KEY}", b: "${secret.KEY}" };
  const slot = (step: string) => ({ name: "KEY", path: [step], at: 0 });
  const plain = messageDigest({ contentType: "json", body });
  const both = messageDigest({ contentType: "json", body, secrets: [slot("a"), slot("b")] });
  expect(both).not.toBe(plain);
  expect(messageDigest({ contentType: "json", body, secrets: [slot("a")] })).not.toBe(both);
  expect(messageDigest({ contentType: "json", body, secrets: [slot("b"), slot("a")] })).toBe(both);
});
