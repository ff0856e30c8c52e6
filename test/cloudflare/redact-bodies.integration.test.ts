import { expect, test } from "vitest";
import { redactBodies } from "../../src/cloudflare/redact-bodies.ts";
import { answering, clientOf, encoded, queue, token } from "./servers.ts";

const key = '-----BEGIN KEY-----\nMIIEvQ"IBADAN\nBgkqhkiG9w\n-----END KEY-----';
const batch = [
  encoded('{"order":7,"pin":"4711"}', { secretValues: ["4711"] }),
  encoded(JSON.stringify({ to: "ada@example.com", key }), { secretValues: [key, ""] }),
];

test.each([
  ["Queue does not exist", "Queue does not exist"],
  ["expected 4712 at 4711", "expected 4712 at (withheld)"],
  ["4711: 4711", "(withheld): (withheld)"],
  ['Invalid: {"order":7,"pin":"4711"}', "Invalid: (withheld)"],
  ["no such address: ada@example.com.", "no such address: (withheld)."],
  [`value ${key} is too long`, "value (withheld) is too long"],
  [`value ${JSON.stringify(key)} is too long`, "value (withheld) is too long"],
  [`value ${key.slice(0, 30)}... is too long`, "value (withheld)... is too long"],
  [`twice quoted: ${JSON.stringify(JSON.stringify({ key }))}`, expect.not.stringMatching(/BEGIN|IBADAN|hkiG9w/)],
  ["", ""],
])("of the API's words, %j", (words, shown) => {
  expect(redactBodies(words, batch)).toEqual(shown);
});

test("finds a text at any depth of a body", () => {
  const body = `${"[".repeat(50_000)}"a \\"word\\" of\\nbodies"${"]".repeat(50_000)}`;
  expect(redactBodies('Invalid: a "word" of\nbodies', [encoded(body)])).toBe("Invalid: (withheld)");
});

test("shows no end of a body after very long words were cut", () => {
  const body = Array.from({ length: 5_000 }, (_, n) => `<${n}>`).join("");
  expect(redactBodies(`Invalid: ${body}`, [encoded(JSON.stringify(body))])).toBe("Invalid: (withheld)");
});

const answered = async (error: object, sent = batch) => {
  const server = await answering(400, JSON.stringify({ success: false, errors: [{ code: 10207, ...error }] }));
  const answer = await clientOf(server).push(queue, sent);
  if (answer.kind === "accepted") throw new Error("the push was to be refused");
  return answer.failure;
};

test("an answer that quotes the request shows none of it, wherever the quote is", async () => {
  const words = `not allowed: ${key} ada@example.com ${token}`;
  const { message, documentationUrl } = await answered({
    message: words,
    documentation_url: `https://example.com/?q=${words}`,
    source: { pointer: words },
    error_chain: [{ code: 1, message: words }],
  });
  expect(message).toContain("code 10207: not allowed: (withheld) (withheld) (secret)");
  expect(`${message} ${documentationUrl}`).not.toMatch(/BEGIN|MIIEvQ|hkiG9w|ada@|a-token/);
});

test("an answer that is cut inside the quote shows none of it, either", async () => {
  for (let before = 270; before < 300; before++) {
    const filler = "x ".repeat(before).slice(0, before);
    for (const words of [token, key]) {
      const { message } = await answered({ message: filler + words });
      expect(message).not.toMatch(/x ?(?:a-t|---)/);
    }
  }
});
