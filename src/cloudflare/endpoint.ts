import { ConfigError } from "./config-error.ts";
import type { CredentialSources } from "./credentials.ts";

const cloudflareHost = "api.cloudflare.com";
const cloudflareBaseUrl = `https://${cloudflareHost}/client/v4`;

/** Where the API is, and what says so. */
export interface Endpoint {
  /** Without a slash at its end. */
  readonly url: URL;
  /** The setting that names it; undefined: none does, and it is Cloudflare's. */
  readonly setting: "cloudflare:baseUrl" | "CLOUDFLARE_BASE_URL" | undefined;
}

export interface EndpointSources extends CredentialSources {
  /** The file of the repository that sets an environment variable; undefined: none does. */
  readonly setBy: (variable: string) => string | undefined;
}

/**
 * Where the API is: the stack's `cloudflare:baseUrl`, which its provider follows too, else CLOUDFLARE_BASE_URL, which the
 * official SDKs follow, else Cloudflare itself.
 *
 * The token goes there, and the stack's configuration lies in the repository: so an address that is neither Cloudflare's nor
 * this machine's has to be in the environment, too, where no pull request can change it.
 *
 * @throws ConfigurationError for what is no URL, for plain http to another machine, since the token would travel in clear, and
 *   for an address that the repository alone names
 */
export function resolveEndpoint(sources: EndpointSources): Endpoint {
  const { config, env } = sources;
  const configured = config("cloudflare:baseUrl")?.trim();
  const agreed = env.CLOUDFLARE_BASE_URL?.trim();
  const setting = configured ? "cloudflare:baseUrl" : agreed ? "CLOUDFLARE_BASE_URL" : undefined;
  const url = parseUrl(setting ?? "CLOUDFLARE_BASE_URL", configured || agreed || cloudflareBaseUrl);
  if (setting !== undefined && url.hostname !== cloudflareHost && !isLoopback(url.hostname)) {
    assertHostAllowed(url, setting, sources);
  }
  return { url, setting };
}

/** The address alone; see {@link resolveEndpoint}. */
export function resolveBaseUrl(sources: EndpointSources): URL {
  return resolveEndpoint(sources).url;
}

/** @throws ConfigurationError where nothing but the repository names the address */
function assertHostAllowed(url: URL, setting: string, { env, setBy }: EndpointSources): void {
  const name = "CLOUDFLARE_BASE_URL";
  const agreed = env[name]?.trim();
  const file = setBy(name);
  const same = agreed !== undefined && URL.canParse(agreed) && trimSlash(new URL(agreed)).href === url.href;
  if (same && file === undefined) return;
  const who = same ? `${name} in ${file}` : setting;
  throw new ConfigError(
    "BASE_URL_UNTRUSTED",
    `${who} would send the credentials to ${url.host}, which is neither Cloudflare nor this machine. Where that is meant, ` +
      `set ${name} to ${url.href} outside of the repository, in the shell or in the pipeline's settings; ` +
      `else remove ${who}`,
  );
}

function parseUrl(name: string, value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  // The value is not repeated: it may hold a password.
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new ConfigError("BASE_URL_INVALID", `${name} is not an http or https URL. Set it as ${cloudflareBaseUrl}`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new ConfigError(
      "BASE_URL_INVALID",
      `${name} has a user, a query or a fragment. Set only what ${cloudflareBaseUrl} has: scheme, host, port and path`,
    );
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new ConfigError(
      "BASE_URL_IN_CLEAR",
      `${name} is plain http to another machine (${url.hostname}): the credentials would travel in clear. Use https`,
    );
  }
  return trimSlash(url);
}

function trimSlash(url: URL): URL {
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url;
}

/** This machine itself, as a URL names it. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
