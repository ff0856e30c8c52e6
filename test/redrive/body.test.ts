import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeBody } from "../../src/redrive/body.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

it.each([
  ['{"a":1.50}', '{"a":1.50}'],
  ["12345678901234567890", "12345678901234567890"],
  ['"plain"', '"plain"'],
  ["null", "null"],
  ["[]", "[]"],
])("reads the JSON %s in base64 and as plain text", (json, text) => {
  expect(decodeBody({ contentType: "json", body: base64(json) })).toEqual({ kind: "json", text });
  expect(decodeBody({ contentType: "json", body: json })).toEqual({ kind: "json", text });
});

it("never mistakes plain JSON for base64, nor base64 for plain JSON", () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const expected = { kind: "json", text: json };
      expect(decodeBody({ contentType: "json", body: json })).toEqual(expected);
      expect(decodeBody({ contentType: "json", body: base64(json) })).toEqual(expected);
    }),
  );
  // Apart from the three literals, only numbers are JSON texts of base64 characters.
  fc.assert(
    fc.property(fc.stringMatching(/^[1-9][0-9]{3}(?:[0-9]{4}){0,3}$/), (json) => {
      expect(decodeBody({ contentType: "json", body: json })).toEqual({ kind: "json", text: json });
    }),
  );
});

it("keeps a text unchanged, also one that looks like base64 or JSON", () => {
  for (const body of ["", "MTIz", '{"a":1}', "line\n\u2028\u0000 ü 😀"]) {
    expect(decodeBody({ contentType: "text", body })).toEqual({ kind: "text", text: body });
  }
});

it.each([
  ["bytes", "AP8=", "base64", "cannot push the content type bytes"],
  ["v8", "/w9vIgE=", "base64", "cannot push the content type v8"],
  ["bytes", "not base64!", "as_received", "cannot push the content type bytes"],
  ["json", "bm90IGpzb24=", "base64", "the body is not JSON"],
  ["json", "{broken", "as_received", "the body is not JSON"],
  ["json", "gA==", "base64", "the body is not JSON"],
  ["text", "half \ud800", "as_received", "half of a surrogate pair"],
  ["html", "<p>", "as_received", "the content type is not known"],
  [undefined, "MTIz", "as_received", "no content type"],
])("keeps a body that cannot be pushed back unchanged: %s %j", (contentType, body, encoding, why) => {
  expect(decodeBody({ contentType, body })).toEqual({
    kind: "other",
    encoding,
    data: body,
    why: expect.stringContaining(why),
  });
});

it("keeps a body that is not a string", () => {
  expect(decodeBody({ contentType: "json", body: { a: 1 } })).toMatchObject({ kind: "other", data: '{"a":1}' });
});
