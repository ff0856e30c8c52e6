import { expect, it } from "vitest";
import { createSample } from "../../../../src/cli/shared/plan/sample.ts";
import type { Message } from "../../../../src/types.ts";

function message(body: Message["body"], more: Partial<Message> = {}): Message {
  return {
    id: undefined,
    body,
    contentType: "json",
    delaySeconds: undefined,
    location: { file: "messages/a.yaml", line: 1, column: 1 },
    ...more,
  };
}

it("shows a text verbatim and anything else as JSON", () => {
  expect(createSample(message({ a: [1] }), "#5", {})).toEqual({
    label: "#5",
    contentType: "json",
    delaySeconds: null,
    body: '{"a":[1]}',
    cut: false,
  });
  const text = message("words", { contentType: "text", delaySeconds: 60 });
  expect(createSample(text, "#1", {})).toMatchObject({ body: "words", delaySeconds: 60 });
});

it("shows secrets by their names", () => {
  const secrets = [{ name: "key", path: ["k"], at: 0 }];
  expect(createSample(message({ k: "${secret.key}" }, { secrets }), "#1", {}).body).toBe('{"k":"${secret.key}"}');
});

it("removes values of environment variables that are named like secrets, quoted or not", () => {
  const env = { DEPLOY_TOKEN: 'hush"hush', API_KEY: "k-123456", REGION: "eu-west", PASSWORD: "short" };
  expect(createSample(message({ a: 'x hush"hush', b: "eu-west", c: "short", d: "k-123456" }), "#1", env).body).toBe(
    '{"a":"x ${env.DEPLOY_TOKEN}","b":"eu-west","c":"short","d":"${env.API_KEY}"}',
  );
});

it("is cut after 200 characters, never inside one", () => {
  const { body, cut } = createSample(message("🙂".repeat(201), { contentType: "text" }), "#1", {});
  expect([[...body].length, body.endsWith("🙂"), cut]).toEqual([200, true, true]);
  expect(createSample(message("x".repeat(200), { contentType: "text" }), "#1", {}).cut).toBe(false);
});
