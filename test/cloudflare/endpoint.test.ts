import { describe, expect, test } from "vitest";
import { baseUrlFrom, ConfigurationError } from "../../src/cloudflare/index.ts";

const from = (env?: string, config?: string) =>
  baseUrlFrom({
    config: (key) => (key === "cloudflare:baseUrl" ? config : undefined),
    env: env === undefined ? {} : { CLOUDFLARE_BASE_URL: env },
  });

describe("baseUrlFrom", () => {
  test.each([
    [undefined, undefined, "https://api.cloudflare.com/client/v4"],
    ["", undefined, "https://api.cloudflare.com/client/v4"],
    ["https://gateway.example/api/", undefined, "https://gateway.example/api"],
    ["http://127.0.0.1:8790/client/v4", undefined, "http://127.0.0.1:8790/client/v4"],
    ["http://127.8.8.8:1/x//", undefined, "http://127.8.8.8:1/x"],
    ["http://localhost:8790/client/v4", undefined, "http://localhost:8790/client/v4"],
    ["http://[::1]:8790/client/v4", undefined, "http://[::1]:8790/client/v4"],
    ["https://ignored.example", "https://stack.example/v4", "https://stack.example/v4"],
  ])("takes %s and %s for %s", (env, config, url) => {
    expect(from(env, config).href).toBe(url);
  });

  test.each([
    ["api.cloudflare.com", "BASE_URL_INVALID", /CLOUDFLARE_BASE_URL is not an http or https URL/],
    ["ftp://api.cloudflare.com", "BASE_URL_INVALID", /is not an http or https URL/],
    ["https://me:sesame@host.example", "BASE_URL_INVALID", /has a user, a query or a fragment/],
    ["https://host.example/?key=sesame", "BASE_URL_INVALID", /has a user, a query or a fragment/],
    ["https://host.example/#sesame", "BASE_URL_INVALID", /has a user, a query or a fragment/],
    [
      "http://host.example/client/v4",
      "BASE_URL_IN_CLEAR",
      /plain http to another machine \(host\.example\).*Use https/,
    ],
    ["http://127.0.0.1.example/client/v4", "BASE_URL_IN_CLEAR", /plain http/],
    ["http://localhost.example/client/v4", "BASE_URL_IN_CLEAR", /plain http/],
    ["http://10.0.0.1/client/v4", "BASE_URL_IN_CLEAR", /plain http/],
  ])("refuses %s", (value, code, message) => {
    for (const take of [() => from(value), () => from(undefined, value)]) {
      let error: unknown;
      try {
        take();
      } catch (caught) {
        error = caught;
      }
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(error).toMatchObject({ code });
      expect(String(error)).not.toContain("sesame");
    }
    expect(() => from(value)).toThrow(message);
  });
});
