import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { manifestDigest, messageDigest, withDigests } from "../../src/plan/index.ts";
import type { JsonValue } from "../../src/types.ts";
import { inlineMessages, loadFiles } from "./support/fixture.ts";

/** Bodies that both YAML and JSON can express; others are refused, which other tests cover. */
const body = fc
  .jsonValue({ maxDepth: 4 })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonValue)
  .filter((value) => !/\$\{|__proto__/.test(JSON.stringify(value)));

/** Escapes JSON to ASCII, since YAML does not allow every character. */
const ascii = (text: string) =>
  text.replace(/[^\x20-\x7e\n]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

const shuffle = (value: JsonValue, seed: number): JsonValue => {
  if (Array.isArray(value)) return value.map((item: JsonValue) => shuffle(item, seed));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, shuffle(inner as JsonValue, seed)] as const);
  const turn = entries.length === 0 ? 0 : seed % entries.length;
  return Object.fromEntries([...entries.slice(turn), ...entries.slice(0, turn)].reverse());
};

/** The same manifest in different notations. */
const styles: readonly ((bodies: readonly JsonValue[]) => string)[] = [
  (bodies) => `{"messages": ${ascii(JSON.stringify(bodies.map((each) => ({ body: each }))))}, "queue": "q"}`,
  (bodies) =>
    `# why\nqueue: q\n\nmessages:\n${bodies.map((each) => `  -   # one\n      body: ${ascii(JSON.stringify(each))}\n`).join("")}`,
  (bodies) =>
    stringify(
      { queue: "q", messages: bodies.map((each) => ({ body: each })) },
      { defaultStringType: "QUOTE_DOUBLE", doubleQuotedAsJSON: true, lineWidth: 0 },
    ),
  (bodies) =>
    stringify(
      { messages: bodies.map((each) => ({ body: each })), queue: "q" },
      {
        defaultStringType: "QUOTE_DOUBLE",
        defaultKeyType: "QUOTE_DOUBLE",
        doubleQuotedAsJSON: true,
        indent: 5,
        lineWidth: 0,
      },
    ).replaceAll("\n", "\r\n"),
];

async function digestOf(path: string, text: string): Promise<string> {
  const { manifests, problems } = await loadFiles({ [path]: text });
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  return manifestDigest(withDigests(inlineMessages(manifests[0])));
}

it("ignores formatting, key order and the file", async () => {
  const bodies = fc.array(body, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(bodies, fc.nat(9), fc.constantFrom(...styles), async (all, seed, style) => {
      const plain = await digestOf("messages/a.yaml", (styles[0] as (typeof styles)[number])(all));
      const other = all.map((each) => shuffle(each, seed));
      expect(await digestOf("messages/moved/b.yml", style(other))).toBe(plain);
    }),
    { numRuns: 150 },
  );
});

/** Replaces the node with this number, counted from the root. */
function replaced(value: JsonValue, number: number, by: JsonValue): JsonValue {
  let left = number;
  const walk = (at: JsonValue): JsonValue => {
    if (left-- === 0) return by;
    if (Array.isArray(at)) return at.map((item: JsonValue) => walk(item));
    if (typeof at !== "object" || at === null) return at;
    return Object.fromEntries(Object.entries(at).map(([key, inner]) => [key, walk(inner as JsonValue)]));
  };
  return walk(value);
}

it("changes with every change of meaning: one value, one key, one place in a list", () => {
  const near = fc.oneof(body, fc.constantFrom<JsonValue>(null, 0, 1, "0", "", false, [], {}, [null], "null"));
  fc.assert(
    fc.property(body, fc.nat(12), near, (value, number, by) => {
      const changed = replaced(value, number, by);
      fc.pre(!isDeepStrictEqual(changed, value));
      const digest = (each: JsonValue) => messageDigest({ contentType: "json", body: each });
      expect(digest(changed)).not.toBe(digest(value));
    }),
    { numRuns: 1_000 },
  );
  fc.assert(
    fc.property(fc.array(body, { minLength: 2, maxLength: 5 }), fc.nat(3), (list, at) => {
      const swapped = list.with(at % list.length, list.at(-1) ?? null).with(-1, list[at % list.length] ?? null);
      fc.pre(!isDeepStrictEqual(swapped, list));
      const digest = (each: readonly JsonValue[]) =>
        manifestDigest(
          each.map((one) => ({
            id: undefined,
            delaySeconds: undefined,
            digest: messageDigest({ contentType: "json", body: one }),
          })),
        );
      expect(digest(swapped)).not.toBe(digest(list));
    }),
  );
});
