import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { ConfigError, Credentials, loadCredentials } from "../../src/cloudflare/index.ts";

type Settings = Record<string, string>;

const from = (config: Settings, env: Settings = {}) => loadCredentials({ config: (key) => config[key], env });

function errorOf(config: Settings, env: Settings = {}): ConfigError {
  try {
    from(config, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("these credentials were taken");
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const pair = { "x-auth-email": "a@b.c", "x-auth-key": "k" };

describe("credentialsFrom", () => {
  test.each<[string, Settings, Settings, Settings, string]>([
    ["the stack's token", { "queue-seeder:apiToken": "t" }, {}, bearer("t"), "queue-seeder:apiToken"],
    [
      "the stack's email and key",
      { "queue-seeder:email": "a@b.c", "queue-seeder:apiKey": "k" },
      {},
      pair,
      "queue-seeder:email and queue-seeder:apiKey",
    ],
    ["the provider's token", { "cloudflare:apiToken": "t" }, {}, bearer("t"), "cloudflare:apiToken"],
    [
      "the provider's email and key",
      { "cloudflare:email": "a@b.c", "cloudflare:apiKey": "k" },
      {},
      pair,
      "cloudflare:email and cloudflare:apiKey",
    ],
    ["the environment's token", {}, { CLOUDFLARE_API_TOKEN: "t" }, bearer("t"), "CLOUDFLARE_API_TOKEN"],
    [
      "the environment's email and key",
      {},
      { CLOUDFLARE_EMAIL: "a@b.c", CLOUDFLARE_API_KEY: "k" },
      pair,
      "CLOUDFLARE_EMAIL and CLOUDFLARE_API_KEY",
    ],
    [
      "the stack's own before the provider's before the environment's",
      { "queue-seeder:apiToken": "1", "cloudflare:apiToken": "2" },
      { CLOUDFLARE_API_TOKEN: "3" },
      bearer("1"),
      "queue-seeder:apiToken",
    ],
    [
      "the provider's pair before the environment's token",
      { "cloudflare:email": "a@b.c", "cloudflare:apiKey": "k" },
      { CLOUDFLARE_API_TOKEN: "3" },
      pair,
      "cloudflare:email and cloudflare:apiKey",
    ],
    [
      "a token before a pair, even half a pair",
      {},
      { CLOUDFLARE_API_TOKEN: "t", CLOUDFLARE_EMAIL: "a@b.c" },
      bearer("t"),
      "CLOUDFLARE_API_TOKEN",
    ],
  ])("takes %s", (_, config, env, headers, source) => {
    const credentials = from(config, env);
    expect(credentials.headers()).toEqual(headers);
    expect(credentials.source).toBe(source);
  });

  test("names what to set if nothing is set", () => {
    const error = errorOf({});
    expect(error.code).toBe("CREDENTIALS_MISSING");
    expect(error.message).toContain("pulumi config set --secret queue-seeder:apiToken");
    expect(error.message).toContain("CLOUDFLARE_API_TOKEN");
    expect(error.message).toContain("CLOUDFLARE_EMAIL together with CLOUDFLARE_API_KEY");
  });

  test.each<[string, string, Settings, Settings]>([
    ["queue-seeder:email", "queue-seeder:apiKey", { "queue-seeder:email": "a@b.c" }, { CLOUDFLARE_API_TOKEN: "t" }],
    ["queue-seeder:apiKey", "queue-seeder:email", { "queue-seeder:apiKey": "k" }, {}],
    ["cloudflare:apiKey", "cloudflare:email", { "cloudflare:apiKey": "k" }, {}],
    ["CLOUDFLARE_EMAIL", "CLOUDFLARE_API_KEY", {}, { CLOUDFLARE_EMAIL: "a@b.c" }],
  ])("refuses %s without %s", (given, missing, config, env) => {
    const error = errorOf(config, env);
    expect(error.code).toBe("CREDENTIALS_HALF");
    expect(error.message).toContain(`${given} is set without ${missing}`);
  });

  test.each([
    ["a line break at its end", "sesame\n"],
    ["a carriage return", "sesame\r\nx-evil: 1"],
    ["a space", "Bearer sesame"],
    ["a character beyond ASCII", "sesame\u2028"],
    ["a control character", "ses\0ame"],
    ["nothing", ""],
    ["spaces only", "   "],
  ])("refuses a token with %s, without showing it", (_, value) => {
    for (const error of [errorOf({ "queue-seeder:apiToken": value }), errorOf({}, { CLOUDFLARE_API_TOKEN: value })]) {
      expect(error.code).toBe("CREDENTIALS_MALFORMED");
      expect(inspect(error)).not.toContain("sesame");
      expect(error.message).toMatch(/^(queue-seeder:apiToken|CLOUDFLARE_API_TOKEN) (is blank|contains a space)/);
    }
  });

  test.each(["email", "apiKey"])("refuses a blank %s", (name) => {
    const config = { "queue-seeder:email": "a@b.c", "queue-seeder:apiKey": "k", [`queue-seeder:${name}`]: " " };
    expect(errorOf(config).message).toContain(`queue-seeder:${name} is blank`);
  });
});

test("credentials appear in no log, no inspection and no JSON", () => {
  for (const credentials of [
    from({ "queue-seeder:apiToken": "sesame" }),
    from({ "queue-seeder:email": "a@b.c", "queue-seeder:apiKey": "sesame" }),
  ]) {
    const seen = [
      inspect(credentials, { depth: 9, showHidden: true, getters: true }),
      JSON.stringify(credentials),
      String(credentials),
      JSON.stringify({ ...credentials }),
      JSON.stringify(structuredClone(credentials)),
    ];
    for (const text of seen) expect(text).not.toContain("sesame");
    expect(credentials.redact("you sent sesame, sesame")).toBe("you sent (secret), (secret)");
  }
});

describe("redact", () => {
  const secret = `${"s".repeat(15)}-token`;
  const credentials = new Credentials("test", secret, {});

  test("redacts the beginning of a long text, and drops the rest", () => {
    const shown = credentials.redact(`${secret} ${"x".repeat(1_000_000)}`);
    expect(shown).toMatch(/^\(secret\) x+$/);
    expect(shown.length).toBeLessThan(5_000);
  });

  test.each([1, 5, 20])("shows no piece of a secret at the cut: %i characters", (piece) => {
    const shown = credentials.redact(`${"x".repeat(4_000 - piece)}${secret}${"x".repeat(100)}`);
    expect(shown).not.toContain("s");
    expect(shown).toContain("xxx");
  });
});
