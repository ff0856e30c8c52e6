import { describe, expect, test } from "vitest";
import { ConfigError, resolveBaseUrl } from "../../src/cloudflare/index.ts";

const from = (env?: string, config?: string, file?: string) =>
  resolveBaseUrl({
    setBy: () => file,
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
    ["https://ignored.example", "https://api.cloudflare.com/client/v4", "https://api.cloudflare.com/client/v4"],
    ["https://stack.example/v4", "https://stack.example/v4/", "https://stack.example/v4"],
    ["https://STACK.example:443/v4/", "https://stack.example/v4", "https://stack.example/v4"],
    [undefined, "http://localhost:8790/client/v4", "http://localhost:8790/client/v4"],
  ])("takes %s and %s for %s", (env, config, url) => {
    expect(from(env, config).href).toBe(url);
  });

  test.each([
    ["the configuration alone", undefined, "https://gateway.example/v4", undefined, "cloudflare:baseUrl"],
    ["another host", "https://other.example/v4", "https://gateway.example/v4", undefined, "cloudflare:baseUrl"],
    ["another path", "https://gateway.example/v5", "https://gateway.example/v4", undefined, "cloudflare:baseUrl"],
    ["another port", "https://gateway.example", "https://gateway.example:8443", undefined, "cloudflare:baseUrl"],
    ["no URL", "gateway.example", "https://gateway.example", undefined, "cloudflare:baseUrl"],
    ["a like name", undefined, "https://api.cloudflare.com.gateway.example", undefined, "cloudflare:baseUrl"],
    ["a prefixed name", undefined, "https://evil-api.cloudflare.com", undefined, "cloudflare:baseUrl"],
    ["a file of the repository", "https://gateway.example", undefined, ".env", "CLOUDFLARE_BASE_URL in .env"],
    ["both", "https://gateway.example", "https://gateway.example", "Pulumi.dev.yaml", "CLOUDFLARE_BASE_URL in Pulumi"],
  ])("refuses an address that only the repository names: %s", (_, env, config, file, who) => {
    expect(() => from(env, config, file)).toThrow(
      expect.objectContaining({ code: "BASE_URL_UNTRUSTED", message: expect.stringMatching(`^${who}.*would send`) }),
    );
  });

  test("accepts Cloudflare's and this machine's address from any source", () => {
    for (const url of ["https://api.cloudflare.com/client/v4", "http://127.0.0.1:1/v4", "http://[::1]:1/v4"]) {
      expect(from(url, undefined, ".env").href).toBe(url);
      expect(from(undefined, url).href).toBe(url);
    }
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
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({ code });
      expect(String(error)).not.toContain("sesame");
    }
    expect(() => from(value)).toThrow(message);
  });
});
