import { ConfigurationError } from "./configuration.ts";
import type { Sources } from "./credentials.ts";

const cloudflare = "https://api.cloudflare.com/client/v4";

/**
 * Where the API is: the stack's `cloudflare:baseUrl`, which its provider follows too, else CLOUDFLARE_BASE_URL, which the
 * official SDKs follow, else Cloudflare itself.
 *
 * @throws ConfigurationError for what is no URL, and for plain http to another machine: the token would travel in clear
 */
export function baseUrlFrom({ config, env }: Sources): URL {
  const [name, text] = config("cloudflare:baseUrl")
    ? ["cloudflare:baseUrl", config("cloudflare:baseUrl")]
    : ["CLOUDFLARE_BASE_URL", env.CLOUDFLARE_BASE_URL];
  const value = text?.trim() || cloudflare;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  // The value is not repeated: it may hold a password.
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new ConfigurationError("BASE_URL_INVALID", `${name} is not an http or https URL. Set it as ${cloudflare}`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new ConfigurationError(
      "BASE_URL_INVALID",
      `${name} has a user, a query or a fragment. Set only what ${cloudflare} has: scheme, host, port and path`,
    );
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new ConfigurationError(
      "BASE_URL_IN_CLEAR",
      `${name} is plain http to another machine (${url.hostname}): the credentials would travel in clear. Use https`,
    );
  }
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url;
}

/** This machine itself, as a URL names it. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
