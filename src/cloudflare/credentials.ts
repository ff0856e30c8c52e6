import { ConfigError } from "./config-error.ts";

/** The sources of settings. */
export interface CredentialSources {
  /** Returns a value of the stack's configuration by its full key, e.g. "queue-seeder:apiToken"; secrets in plain text. */
  readonly config: (key: string) => string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The names of the settings in one source. */
interface CredentialNames {
  readonly token: string;
  readonly email: string;
  readonly key: string;
}

const environmentNames: CredentialNames = {
  token: "CLOUDFLARE_API_TOKEN",
  email: "CLOUDFLARE_EMAIL",
  key: "CLOUDFLARE_API_KEY",
};

const configNames = (namespace: string): CredentialNames => ({
  token: `${namespace}:apiToken`,
  email: `${namespace}:email`,
  key: `${namespace}:apiKey`,
});

/** Maximum characters of an external message that are searched. */
const maxRedactedLength = 4_000;

/**
 * Credentials for the API. The secrets are in private fields, so that neither a log, an inspection nor JSON shows them.
 */
export class Credentials {
  /** The names of the settings that they came from. */
  readonly source: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #secret: string;

  constructor(source: string, secret: string, headers: Readonly<Record<string, string>>) {
    this.source = source;
    this.#secret = secret;
    this.#headers = headers;
  }

  /** Returns the headers of a request. Never log them. */
  headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }

  /**
   * Removes the secret from an external message, which may echo the request. Only the beginning is searched and returned,
   * because an error shows even less.
   */
  redact(text: string): string {
    const start = text.slice(0, maxRedactedLength);
    const shown = start.replaceAll(this.#secret, "(secret)");
    // The truncated end may contain a part of the secret.
    return start.length < text.length ? shown.slice(0, -this.#secret.length) : shown;
  }
}

/**
 * Returns the credentials of the first source that has any: the stack's `queue-seeder:` configuration, its `cloudflare:`
 * configuration, the environment. In each source, a token takes precedence over an email with its key.
 *
 * @throws ConfigError if there are none, only half of a pair, or an invalid value
 */
export function loadCredentials({ config, env }: CredentialSources): Credentials {
  const credentials =
    readNames(configNames("queue-seeder"), config) ??
    readNames(configNames("cloudflare"), config) ??
    readNames(environmentNames, (name) => env[name]);
  if (credentials !== undefined) return credentials;
  throw new ConfigError(
    "CREDENTIALS_MISSING",
    "no credentials for the Cloudflare API are set. Run `pulumi config set --secret queue-seeder:apiToken`, " +
      "or set CLOUDFLARE_API_TOKEN, or CLOUDFLARE_EMAIL together with CLOUDFLARE_API_KEY",
  );
}

function readNames(names: CredentialNames, read: (name: string) => string | undefined): Credentials | undefined {
  const value = (name: string) => validateHeaderValue(name, read(name));
  const token = value(names.token);
  if (token !== undefined) return new Credentials(names.token, token, { authorization: `Bearer ${token}` });
  const email = value(names.email);
  const key = value(names.key);
  if (email === undefined && key === undefined) return undefined;
  if (email === undefined || key === undefined) {
    const [given, missing] = email === undefined ? [names.key, names.email] : [names.email, names.key];
    throw new ConfigError("CREDENTIALS_HALF", `${given} is set without ${missing}. Set both, or ${names.token} alone`);
  }
  return new Credentials(`${names.email} and ${names.key}`, key, { "x-auth-email": email, "x-auth-key": key });
}

/** Accepts visible ASCII only: other characters are usually mistakes, such as a trailing line break. */
function validateHeaderValue(name: string, value: string | undefined): string | undefined {
  if (value === undefined || /^[\x21-\x7e]+$/.test(value)) return value;
  const what = value.trim() === "" ? "is blank" : "contains a space, a line break or another invalid character";
  throw new ConfigError("CREDENTIALS_MALFORMED", `${name} ${what}. Set it again, or remove it`);
}
