import { ConfigError } from "./config-error.ts";
import type { CredentialSources } from "./credentials.ts";

const cloudflareHost = "api.cloudflare.com";
const cloudflareBaseUrl = `https://${cloudflareHost}/client/v4`;

/** The API's address, and the setting that it comes from. */
export interface Endpoint {
  /** The address without a trailing slash. */
  readonly url: URL;
  /** The setting of the address; undefined for Cloudflare's default. */
  readonly setting: "cloudflare:baseUrl" | "CLOUDFLARE_BASE_URL" | undefined;
}

export interface EndpointSources extends CredentialSources {
  /** Returns the file of the repository that sets an environment variable, or undefined if none does. */
  readonly setBy: (variable: string) => string | undefined;
}

/**
 * Returns the API's address: the stack's `cloudflare:baseUrl`, which the Cloudflare provider uses too, or CLOUDFLARE_BASE_URL,
 * which the official SDKs use, or Cloudflare's own.
 *
 * The token is sent there, and the stack's configuration is in the repository. So an address other than Cloudflare's and this
 * machine's must also be in the environment, which no pull request can change.
 *
 * @throws ConfigError for an invalid URL, for plain http to another machine, which would expose the token, and for an
 *   address that only the repository sets
 */
export function resolveEndpoint(sources: EndpointSources): Endpoint {
  const { config, env } = sources;
  const configured = config("cloudflare:baseUrl")?.trim();
  const fromEnvironment = env.CLOUDFLARE_BASE_URL?.trim();
  const setting = configured ? "cloudflare:baseUrl" : fromEnvironment ? "CLOUDFLARE_BASE_URL" : undefined;
  const url = parseUrl(setting ?? "CLOUDFLARE_BASE_URL", configured || fromEnvironment || cloudflareBaseUrl);
  if (setting !== undefined && url.hostname !== cloudflareHost && !isLoopback(url.hostname)) {
    assertHostAllowed(url, setting, sources);
  }
  return { url, setting };
}

/** Returns only the URL; see {@link resolveEndpoint}. */
export function resolveBaseUrl(sources: EndpointSources): URL {
  return resolveEndpoint(sources).url;
}

/** @throws ConfigError if only the repository sets the address */
function assertHostAllowed(url: URL, setting: string, { env, setBy }: EndpointSources): void {
  const name = "CLOUDFLARE_BASE_URL";
  const fromEnvironment = env[name]?.trim();
  const file = setBy(name);
  const same =
    fromEnvironment !== undefined &&
    URL.canParse(fromEnvironment) &&
    trimSlash(new URL(fromEnvironment)).href === url.href;
  if (same && file === undefined) return;
  const who = same ? `${name} in ${file}` : setting;
  throw new ConfigError(
    "BASE_URL_UNTRUSTED",
    `${who} would send the credentials to ${url.host}, which is neither Cloudflare nor this machine. If that is intended, ` +
      `set ${name} to ${url.href} outside the repository, in the shell or in the pipeline's settings; ` +
      `otherwise remove ${who}`,
  );
}

function parseUrl(name: string, value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  // The value is not shown, because it may contain a password.
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new ConfigError("BASE_URL_INVALID", `${name} is not an http or https URL. Set it as ${cloudflareBaseUrl}`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new ConfigError(
      "BASE_URL_INVALID",
      `${name} has a user, a query or a fragment. Set only scheme, host, port and path, as in ${cloudflareBaseUrl}`,
    );
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new ConfigError(
      "BASE_URL_IN_CLEAR",
      `${name} is plain http to another machine (${url.hostname}): the credentials would be sent in plain text. Use https`,
    );
  }
  return trimSlash(url);
}

function trimSlash(url: URL): URL {
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url;
}

/** Reports whether a URL's host name is this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
