import { describe, expect, test } from "vitest";
import { apiErrorPolicies } from "../../src/cloudflare/api-error-policies.ts";
import { classifyPushResponse, classifyReadResponse } from "../../src/cloudflare/classify-response.ts";
import { isAccountLimit } from "../../src/cloudflare/index.ts";
import type { TransportResult } from "../../src/cloudflare/transport.ts";

const wire = (
  status: number,
  text: string,
  rest: Partial<Extract<TransportResult, { kind: "answer" }>> = {},
): TransportResult => ({
  kind: "answer",
  status,
  headers: {},
  text,
  complete: true,
  ...rest,
});

const push = (...of: Parameters<typeof wire>) => classifyPushResponse(wire(...of), 0, asTheyAre);
const asTheyAre = (words: string) => words;
const failed = (...errors: object[]) => JSON.stringify({ success: false, errors, messages: [], result: null });
const metrics = { backlog_count: 1, backlog_bytes: 2, oldest_message_timestamp_ms: 3 };

function failureOf(...of: Parameters<typeof wire>) {
  const answer = push(...of);
  if (answer.kind === "accepted") throw new Error("the answer was treated as a success");
  return { kind: answer.kind, ...answer.failure };
}

describe("a success", () => {
  test.each([
    ["with metrics", { success: true, errors: [], messages: [], result: { metadata: { metrics } } }, metrics],
    ["with the result of older days", { success: true, errors: [], messages: [], result: null }, undefined],
    ["with nothing else", { success: true }, undefined],
    ["with a result of another form", { success: true, result: [] }, undefined],
    [
      "with metrics of another form",
      { success: true, result: { metadata: { metrics: { backlog_count: "1" } } } },
      undefined,
    ],
    [
      "with metrics that miss the timestamp",
      { success: true, result: { metadata: { metrics: { backlog_count: 1, backlog_bytes: 2 } } } },
      { ...metrics, oldest_message_timestamp_ms: 0 },
    ],
  ])("is one %s", (_, envelope, expected) => {
    expect(push(200, JSON.stringify(envelope))).toMatchObject({ kind: "accepted", metrics: expected });
  });

  test("is one after a byte order mark", () => {
    expect(push(200, `\ufeff${JSON.stringify({ success: true })}`)).toMatchObject({ kind: "accepted" });
    expect(failureOf(404, `\ufeff${failed({ code: 10104, message: "none" })}`)).toMatchObject({ code: 10104 });
  });

  test("reports the rate", () => {
    const headers = { ratelimit: '"default";r=9;t=1' };
    expect(push(200, '{"success":true}', { headers })).toMatchObject({ rate: { remaining: 9, resetMs: 1_000 } });
  });
});

describe("an answer that leaves the result of the request unknown", () => {
  test.each<[string, number, string, boolean?]>([
    ["a success that was cut off", 200, '{"success":true}', false],
    ["half an envelope", 200, '{"success":tr'],
    ["nothing", 200, ""],
    ["null under 200", 200, "null"],
    ["an array", 200, "[]"],
    ["a proxy's page under 200", 200, "<html>Welcome</html>"],
    ["an envelope that does not say", 200, '{"result":null}'],
    ["a failure without a reason under 200", 200, failed()],
    ["a success under 500", 500, '{"success":true}'],
    ["a bad gateway", 502, "<html>502</html>"],
    ["a gateway timeout", 504, ""],
    ["a request timeout", 408, ""],
    ["an unknown code under 500", 500, failed({ code: 4711, message: "?" })],
    ["an internal error", 500, failed({ code: 15000, message: "?" })],
    ["a lost connection", 400, failed({ code: 10201, message: "client disconnected" })],
    ["a refusal that was cut off", 400, failed({ code: 10207, message: "?" }), false],
    ["a refusal and a lost connection", 400, failed({ code: 10204, message: "" }, { code: 10201, message: "" })],
  ])("is %s", (_, status, text, complete = true) => {
    expect(failureOf(status, text, { complete })).toMatchObject({ kind: "unknown", retry: "unknown_outcome", status });
  });
});

describe("a refusal", () => {
  test.each(Object.entries(apiErrorPolicies))(
    "follows the table for code %s under every status",
    (code, { retry, meaning, remedy }) => {
      for (const status of [200, 400, 429, 500]) {
        expect(failureOf(status, failed({ code: Number(code), message: "words" }))).toEqual({
          kind: retry === "unknown_outcome" ? "unknown" : "refused",
          retry,
          message: `${meaning} (HTTP ${status}, code ${code}: words)`,
          remedy,
          status,
          code: Number(code),
          documentationUrl: undefined,
        });
      }
    },
  );

  test.each([
    ["an unknown code", 400, failed({ code: 4711, message: "?" }), "no"],
    ["an unknown code under 200", 200, failed({ code: 4711, message: "?" }), "no"],
    ["a proxy's page", 403, "<html>Forbidden</html>", "no"],
    ["a proxy that wants credentials", 407, "<html>Proxy</html>", "no"],
    ["a proxy that finds it too large", 413, "<html>", "no"],
    ["a redirect", 302, "", "no"],
    ["a code and a success", 413, JSON.stringify({ success: true, errors: [{ code: 10205, message: "" }] }), "split"],
    ["a limit and a success", 429, JSON.stringify({ success: true, errors: [{ code: 10253 }] }), "stop_queue"],
    ["null under 429", 429, "null", "after_wait"],
    ["a page under 429", 429, "<html>", "after_wait"],
  ])("is %s", (_, status, text, retry) => {
    expect(failureOf(status, text)).toMatchObject({ kind: "refused", retry, status });
  });

  test("repeats the API's message, place, documentation and causes", () => {
    const error = {
      code: 6003,
      message: "Invalid request headers",
      documentation_url: "https://developers.cloudflare.com/x",
      source: { pointer: "/headers" },
      error_chain: [{ code: 6111, message: "Invalid format for Authorization header" }],
    };
    expect(failureOf(400, failed(error))).toMatchObject({
      retry: "no",
      code: 6003,
      documentationUrl: "https://developers.cloudflare.com/x",
      message:
        "the credentials are malformed (HTTP 400, code 6003: Invalid request headers at /headers; " +
        "6111: Invalid format for Authorization header)",
    });
  });

  test("is decided by the strictest of its codes", () => {
    const errors = [10250, 10205, 10252, 10000].map((code) => ({ code, message: "" }));
    expect(failureOf(400, failed(...errors))).toMatchObject({ code: 10000, retry: "no" });
    expect(failureOf(400, failed(...errors.slice(0, 3)))).toMatchObject({ code: 10252, retry: "stop_queue" });
    expect(failureOf(400, failed(...errors.slice(0, 2)))).toMatchObject({ code: 10205, retry: "split" });
    expect(failureOf(400, failed({ code: 4711, message: "" }, ...errors.slice(0, 1)))).toMatchObject({ code: 10250 });
  });

  test("shows neither control characters nor endless words", () => {
    const { message } = failureOf(400, failed({ code: 10207, message: `\u001b[31m\n\u202e${"x".repeat(9_999)}` }));
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(message.length).toBeLessThan(500);
  });

  test("is well-formed text, wherever it is cut, and whatever the API sends", () => {
    for (let length = 270; length < 305; length++) {
      const { message } = failureOf(400, failed({ code: 10207, message: `${"x".repeat(length)}😀😀😀😀` }));
      expect(message.isWellFormed()).toBe(true);
      const url = { code: 10207, message: "", documentation_url: `${"x".repeat(length)}😀😀😀😀` };
      expect(failureOf(400, failed(url)).documentationUrl?.isWellFormed()).toBe(true);
    }
    expect(failureOf(400, failed({ code: 10207, message: "half \ud83d of one" })).message).toContain(
      "half \\u{d83d} of one",
    );
  });

  test("survives errors of any form", () => {
    for (const errors of ["null", "{}", "[null, 1, {}]", '[{"code":"10104"}]', '[{"code":10104,"error_chain":{}}]']) {
      expect(failureOf(404, `{"success":false,"errors":${errors}}`)).toMatchObject({ kind: "refused", retry: "no" });
    }
  });
});

describe("a call that reads", () => {
  const read = (result: unknown) => (result === 7 ? "seven" : undefined);

  test("returns its result", () => {
    expect(classifyReadResponse(wire(200, '{"success":true,"result":7}'), 0, asTheyAre, read)).toMatchObject({
      kind: "ok",
      value: "seven",
    });
  });

  test.each([
    ["another result", wire(200, '{"success":true,"result":8}'), "after_wait"],
    ["a bad gateway", wire(502, ""), "after_wait"],
    ["a queue that is gone", wire(404, failed({ code: 11000, message: "" })), "no"],
  ])("may be repeated after a loss, since it changes nothing: %s", (_, answer, retry) => {
    expect(classifyReadResponse(answer, 0, asTheyAre, read)).toMatchObject({ kind: "failed", failure: { retry } });
  });
});

test("distinguishes the account's limit from a queue's", () => {
  const limit = (code?: number, status = 429) => isAccountLimit({ code, status });
  expect([limit(971), limit(971, 200), limit(10429), limit()]).toEqual([true, true, true, true]);
  expect([limit(10250), limit(10253), limit(undefined, 503)]).toEqual([false, false, false]);
});

test("names a proxy's 407 for what it is", () => {
  expect(failureOf(407, "")).toMatchObject({
    message: "a proxy in front of the API requires a user and a password (HTTP 407)",
    remedy: expect.stringContaining("HTTPS_PROXY"),
  });
});

describe("an answer that consists of errors", () => {
  const checked = (errors: unknown) => {
    const searched: number[] = [];
    const answer = classifyPushResponse(wire(400, JSON.stringify({ success: false, errors })), 0, (words) => {
      searched.push(words.length);
      return words;
    });
    return { answer, searched };
  };
  const cause = { code: 1, message: "x".repeat(100) };

  test("has only its first causes examined", () => {
    const { answer, searched } = checked([{ code: 10207, message: "no", error_chain: Array(9_000).fill(cause) }]);
    expect(answer).toMatchObject({ kind: "refused", failure: { code: 10207 } });
    expect(searched.length).toBeLessThan(10);
  });

  test("has no causes of causes examined, however many there are", () => {
    let nested: object = cause;
    for (let depth = 0; depth < 2_000; depth += 1) nested = { ...cause, error_chain: [nested] };
    const { answer, searched } = checked([nested]);
    expect(answer).toMatchObject({ kind: "refused", failure: { code: 1 } });
    expect(searched.length).toBeLessThan(5);
    const text = `${'{"code":1,"message":"","error_chain":['.repeat(24_000)}${"]}".repeat(24_000)}`;
    const deep = classifyPushResponse(wire(400, `{"success":false,"errors":[${text}]}`), 0, (words) => words);
    expect(deep).toMatchObject({ kind: "refused" });
  });
});
