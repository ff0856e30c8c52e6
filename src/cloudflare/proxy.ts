import { type Dispatcher, EnvHttpProxyAgent, Pool } from "undici";
import { ConfigError } from "./config-error.ts";
import { connectionFailure, createFailure } from "./network-errors.ts";
import type { Failure } from "./types.ts";

type ProxyEnv = Readonly<Record<string, string | undefined>>;

/** The proxy for https addresses from the environment. */
export interface Proxy {
  /** The variable that sets it. */
  readonly variable: string;
  /** Without user and password. */
  readonly url: URL;
  /** The value of the Proxy-Authorization header; undefined without a user. Never log it. */
  readonly authorization: string | undefined;
}

/** In order of precedence: the variables of undici, then the additional ones of curl. */
const variables = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

const proxyUrlPattern = "http://HOST:PORT or http://USER:PASSWORD@HOST:PORT";

/**
 * Reads the proxy for https addresses from the environment. Without a scheme, http is assumed, as curl and Pulumi do. undici
 * handles NO_PROXY.
 *
 * @throws ConfigError for an invalid value, which is not shown because it may contain a password
 */
export function resolveProxy(env: ProxyEnv): Proxy | undefined {
  const variable = variables.find((name) => env[name]?.trim());
  if (variable === undefined) return undefined;
  const text = env[variable]?.trim() ?? "";
  const written = text.includes("://") ? text : `http://${text}`;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || url.hostname === "" || url.pathname.length > 1 || url.search || url.hash) {
    const encode = text.includes("@") ? ". Write characters such as / # ? @ of a password as %2F %23 %3F %40" : "";
    throw invalidProxyError(variable, `is not the address of a proxy${encode}`);
  }
  if (!/^(https?|socks5?):$/.test(url.protocol)) throw invalidProxyError(variable, `has an unsupported scheme`);
  const authorization = formatAuthorization(url);
  if (authorization === "malformed")
    throw invalidProxyError(variable, "has an invalid percent-encoding in its user or password");
  url.username = "";
  url.password = "";
  return { variable, url, authorization };
}

function invalidProxyError(variable: string, what: string): ConfigError {
  return new ConfigError("PROXY_INVALID", `${variable} ${what}. Set it as ${proxyUrlPattern}, or unset it`);
}

function formatAuthorization({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(pair).toString("base64")}`;
  } catch {
    return "malformed";
  }
}

/** Creates a dispatcher that uses a proxy, unless NO_PROXY contains the address. */
export function createProxyDispatcher(
  proxy: Proxy,
  options: Omit<EnvHttpProxyAgent.Options, "uri">,
  timeoutMs: number,
) {
  const { url, authorization } = proxy;
  // A SOCKS proxy takes user and password from its address, and must not get the header.
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: "",
    httpsProxy: url.href,
    ...(authorization !== undefined && { token: authorization }),
    clientFactory: (origin, given) => createTunnel(new Pool(origin, given), proxy, timeoutMs),
  });
}

/** A request failed at the proxy: nothing of it was sent to the API. */
export class ProxyError extends Error {
  override name = "ProxyError";
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Makes connections through a proxy reject with a {@link ProxyError}, which names the proxy and the reason. */
function createTunnel(pool: Pool, proxy: Proxy, timeoutMs: number): Pool {
  const connect: (options: Dispatcher.ConnectOptions) => Promise<Dispatcher.ConnectData> = pool.connect.bind(pool);
  const through: typeof connect = async (options) => {
    const late = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await connect({ ...options, signal: late });
      if (answer.statusCode === 200) return answer;
      answer.socket.on("error", () => {}).destroy();
      throw new ProxyError(proxyRefusalError(answer.statusCode, options.path, proxy));
    } catch (error) {
      if (error instanceof ProxyError) throw error;
      throw new ProxyError(late.aborted ? proxyTimeoutError(proxy, timeoutMs) : proxyUnreachableError(error, proxy));
    }
  };
  return Object.assign(pool, { connect: through });
}

/** Names a proxy in an error: `the proxy proxy.corp:3128 (from HTTPS_PROXY)`. */
function formatProxy({ url, variable }: Proxy): string {
  return `the proxy ${url.host} (from ${variable})`;
}

function proxyRefusalError(status: number, target: string, proxy: Proxy): Failure {
  const { variable, authorization } = proxy;
  if (status === 407) {
    const what =
      authorization === undefined ? "requires a user and a password" : "does not accept its user and password";
    const next = `Set ${variable} as http://USER:PASSWORD@${proxy.url.host}, both percent-encoded.`;
    return createFailure("no", `${formatProxy(proxy)} ${what} (407)`, next);
  }
  if (status >= 500) {
    const what = `${formatProxy(proxy)} could not reach ${target} (${status})`;
    return createFailure("after_wait", what, `Run it again later, or ask the operator of the proxy.`);
  }
  const what = `${formatProxy(proxy)} does not allow requests to ${target} (${status})`;
  return createFailure(
    "no",
    what,
    "Allow that address in the proxy, or add its host to NO_PROXY if no proxy is needed.",
  );
}

function proxyTimeoutError(proxy: Proxy, timeoutMs: number): Failure {
  const what = `${formatProxy(proxy)} did not answer within ${timeoutMs / 1000} s`;
  return createFailure("after_wait", what, `Check ${proxy.variable} and that the proxy is running.`);
}

function proxyUnreachableError(error: unknown, proxy: Proxy): Failure {
  return connectionFailure(error, { what: formatProxy(proxy), setting: proxy.variable });
}
