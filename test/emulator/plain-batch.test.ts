import fc from "fast-check";
import { expect, test } from "vitest";
import { readPlainBatch } from "../../src/emulator/api/plain-batch.ts";

const maxDelay = 86_400;
const read = (text: string) => readPlainBatch(Buffer.from(text), maxDelay);
const draft = (text: string, more: object = {}) => ({
  text,
  bytes: Buffer.byteLength(text),
  contentType: "json",
  delaySeconds: undefined,
  ...more,
});

test("what clients send is read as it is", () => {
  const messages = [
    { body: { order: 1, lines: [{ sku: "A-1", price: 12.5 }, null, true, false, []], note: "", more: {} } },
    { body: "words, with: {all} [signs] /~", content_type: "text" },
    { content_type: "json", delay_seconds: 7, body: "json" },
    { body: -5, content_type: "json" },
    { body: 0 },
    { body: 0.25 },
    { body: 999_999_999_999_999 },
  ];
  const drafts = read(JSON.stringify({ messages }));
  expect(drafts).toEqual([
    draft(JSON.stringify(messages[0]?.body)),
    draft("words, with: {all} [signs] /~", { contentType: "text" }),
    draft('"json"', { delaySeconds: 7 }),
    draft("-5"),
    draft("0"),
    draft("0.25"),
    draft("999999999999999"),
  ]);
});

test.each([
  // Written anew, these would differ.
  '{"messages":[{"body":1.0}]}',
  '{"messages":[{"body":1e3}]}',
  '{"messages":[{"body":-0}]}',
  '{"messages":[{"body":0.0000001}]}',
  '{"messages":[{"body":1234567890123456}]}',
  '{"messages":[{"body":{"a":1,"a":2}}]}',
  '{"messages":[{"body":{"b":1,"1":2}}]}',
  '{"messages":[{"body":"\\u0041"}]}',
  '{"messages":[{"body":"ä"}]}',
  '{"messages":[{"body": 1}]}',
  '{"messages":[{"body":1}]} ',
  // These are wrong, or say more.
  '{"messages":[]}',
  '{"messages":[{"body":01}]}',
  '{"messages":[{"body":.5}]}',
  '{"messages":[{"body":5.}]}',
  '{"messages":[{"body":-}]}',
  '{"messages":[{"body":tru}]}',
  '{"messages":[{"body":[1,]}]}',
  '{"messages":[{"body":{"a"}}]}',
  '{"messages":[{"body":{a:1}}]}',
  '{"messages":[{"body":"open}]}',
  '{"messages":[{"body":1}',
  '{"messages":[{"body":1}]}x',
  '{"messages":[{"body":1,"body":2}]}',
  '{"messages":[{"body":1,"content_type":"xml"}]}',
  '{"messages":[{"body":1,"content_type":"text"}]}',
  '{"messages":[{"body":1,"delay_seconds":86401}]}',
  '{"messages":[{"body":1,"delay_seconds":-1}]}',
  '{"messages":[{"body":1,"delay_seconds":"1"}]}',
  '{"messages":[{"content_type":"text"}]}',
  '{"messages":[{"body":1,"id":"mine"}]}',
  '{"messages":[{"body":1}],"delay_seconds":1}',
  '{"delay_seconds":1,"messages":[{"body":1}]}',
  `{"messages":[{"body":${"[".repeat(60)}${"]".repeat(60)}}]}`,
  `{"messages":[${Array(101).fill('{"body":1}').join()}]}`,
  "",
])("left to those who parse: %s", (text) => {
  expect(read(text)).toBeUndefined();
});

/** JSON texts that are often, but not always, what JSON.stringify writes. */
const number = fc.oneof(
  fc.integer().map(String),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map(String),
  fc.stringMatching(/^-?\d{1,17}(\.\d{1,9})?([eE][+-]?\d{1,3})?$/),
);
const { value: jsonText } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    number,
    fc.constantFrom("true", "false", "null", '""', '"\\u0041"', '"\\/"'),
    fc.string().map((text) => JSON.stringify(text)),
    fc.array(tie("value"), { maxLength: 4 }).map((items) => `[${items.join()}]`),
    fc
      .array(fc.tuple(fc.oneof(fc.constantFrom("a", "b", "1", "__proto__", ""), fc.string()), tie("value")), {
        maxLength: 4,
      })
      .map((fields) => `{${fields.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join()}}`),
  ),
}));

test("a body that is read as it is, is what parsing and writing it makes of it", () => {
  let taken = 0;
  fc.assert(
    fc.property(fc.array(jsonText, { minLength: 1, maxLength: 5 }), fc.boolean(), (bodies, spaced) => {
      const text = `{"messages":[${bodies.map((body) => `{"body":${body}}`).join(spaced ? ", " : ",")}]}`;
      const drafts = read(text);
      if (drafts === undefined) return;
      taken += 1;
      expect(drafts).toEqual(bodies.map((body) => draft(JSON.stringify(JSON.parse(body)))));
    }),
    { numRuns: 3_000 },
  );
  expect(taken).toBeGreaterThan(300);
});

test("random bytes in a batch are never read otherwise than by parsing", () => {
  const plain = JSON.stringify({ messages: [{ body: { a: [1, "b", null], c: 2.5 }, content_type: "json" }] });
  fc.assert(
    fc.property(fc.nat(plain.length - 1), fc.integer({ min: 0x20, max: 0x7e }), (at, byte) => {
      const text = plain.slice(0, at) + String.fromCharCode(byte) + plain.slice(at + 1);
      const drafts = read(text);
      if (drafts === undefined) return;
      const { messages } = JSON.parse(text) as { messages: { body: unknown; content_type?: string }[] };
      expect(drafts).toEqual(messages.map(({ body }) => draft(JSON.stringify(body))));
    }),
    { numRuns: 3_000 },
  );
});
